/**
 * SOPS's YAML store: YAML as go-yaml v3 reads it. What SOPS never writes itself is refused rather
 * than guessed at: anchors, aliases, merge keys, tags of one's own, line breaks of YAML 1.1.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/yaml/store.go}
 * @module
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseAllDocuments,
  type Scalar,
} from "yaml";
import { resolvePlain } from "lib/secrets/sops/scalar.ts";
import { SopsProblem } from "lib/secrets/sops/error.ts";
import { type Branch, type Leaf, type Node, textOrBytes } from "lib/secrets/sops/tree.ts";

const STANDARD = "tag:yaml.org,2002:";

/**
 * Reads the documents of a YAML file.
 *
 * @param text The file
 * @param source Its name, for the error
 * @throws {SopsProblem} `malformed`, with the line
 */
export function loadYaml(text: string, source: string): Branch[] {
  const lines = new LineCounter();
  const fail = (offset: number | undefined, what: string): never => {
    const at = offset === undefined ? "" : `:${lines.linePos(offset).line}`;
    throw new SopsProblem("malformed", `${source}${at}: ${what}`);
  };
  const foreign = /\r(?!\n)|[\u0085\u2028\u2029]/.exec(text);
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (foreign) fail(foreign.index, "has a line break other than LF or CRLF: write it as an escape");
  if (!Array.isArray(documents)) return [];

  function key(node: unknown): string {
    if (!isScalar(node)) return fail(offsetOf(node), "has a key that is no scalar");
    const leaf = scalar(node);
    if (leaf.kind !== "str" || typeof leaf.value !== "string") {
      return fail(offsetOf(node), `has a key that is ${leaf.kind}, not text: quote it`);
    }
    if (leaf.value === "<<") {
      return fail(offsetOf(node), 'has a merge key "<<": write the merged keys out');
    }
    return leaf.value;
  }

  function scalar(node: Scalar): Leaf {
    if (node.anchor) fail(offsetOf(node), `has an anchor "&${node.anchor}": write the value out`);
    const tag = node.tag?.startsWith(STANDARD) ? `!!${node.tag.slice(STANDARD.length)}` : node.tag;
    const text = typeof node.value === "string" ? node.value : node.source ?? "";
    const plain = node.type === "PLAIN" || node.type === undefined;
    try {
      switch (tag) {
        case undefined:
          return plain ? resolvePlain(text) : { kind: "str", value: text };
        case "!":
        case "!!str":
          return { kind: "str", value: text };
        case "!!merge":
          // go-yaml marks the text so, even where it is a value.
          return text === "<<"
            ? { kind: "str", value: text }
            : fail(offsetOf(node), "has a tag !!merge");
        case "!!binary":
          return { kind: "str", value: textOrBytes(Uint8Array.fromBase64(text)) };
        default: {
          const leaf = resolvePlain(text);
          if (tag === "!!float" && leaf.kind === "int") {
            return { kind: "float", value: Number(leaf.value) };
          }
          const kind = tag === "!!timestamp" ? "time" : tag.slice(2);
          if (leaf.kind === kind) return leaf;
          return fail(offsetOf(node), `has a tag ${tag} that SOPS does not write there`);
        }
      }
    } catch (error) {
      if (error instanceof SopsProblem) throw error;
      return fail(
        offsetOf(node),
        error instanceof RangeError && plain
          ? "has an integer above 64 signed bits: quote it"
          : "has a value that is not what its tag says",
      );
    }
  }

  function value(node: unknown): Node {
    if (node === null) return { kind: "null" };
    if (isAlias(node)) return fail(offsetOf(node), "has an alias: write the value out");
    if (isScalar(node)) return scalar(node);
    if (isMap(node)) return branch(node);
    if (isSeq(node)) {
      if (node.anchor) fail(offsetOf(node), `has an anchor "&${node.anchor}": write it out`);
      return { kind: "list", items: node.items.map(value) };
    }
    return fail(offsetOf(node), "has a node of an unknown kind");
  }

  function branch(node: YamlNode): Branch {
    if (!isMap(node)) return fail(offsetOf(node), "holds no mapping at its top level");
    if (node.anchor) fail(offsetOf(node), `has an anchor "&${node.anchor}": write it out`);
    if (node.tag && node.tag !== `${STANDARD}map`) fail(offsetOf(node), `has a tag ${node.tag}`);
    return {
      kind: "map",
      entries: node.items.map((pair) => [key(pair.key), value(pair.value)] as const),
    };
  }

  return documents.map((document) => {
    const [error] = document.errors;
    if (error) {
      return fail(
        error.pos[0],
        error.code === "DUPLICATE_KEY"
          ? "has a key twice in one mapping"
          : `is not YAML: ${error.message.split("\n")[0].replace(/"[^"]*"|'[^']*'/g, "…")}`,
      );
    }
    const root = document.contents as YamlNode | null;
    if (root === null || (isScalar(root) && scalar(root).kind === "null")) {
      return { kind: "map", entries: [] };
    }
    return branch(root);
  });
}

function offsetOf(node: unknown): number | undefined {
  return (node as YamlNode | null)?.range?.[0];
}
