import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import { refuseControlCharacters } from "lib/concourse/validate/yaml/decode_text.ts";
import type { YamlNode } from "lib/concourse/validate/yaml/node.ts";
import { Scanner, type Token, type TokenKind } from "lib/concourse/validate/yaml/scanner.ts";

/**
 * Parses the first document of a YAML text; what follows it is not read, as Concourse does not.
 *
 * @returns The document's node, `undefined` where there is none
 * @throws {YamlError} for anything that Concourse's parser refuses
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/parserc.go}
 */
export function parseYaml(text: string): YamlNode | undefined {
  refuseControlCharacters(text);
  try {
    return new Parser(text).document();
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError("nested too deeply to be read");
    throw error;
  }
}

interface Properties {
  readonly anchor?: string;
  readonly tag: string;
}

class Parser {
  #scanner: Scanner;
  #anchors = new Map<string, YamlNode>();
  #tagPrefixes = new Map<string, string>();

  constructor(text: string) {
    this.#scanner = new Scanner(text.startsWith("\ufeff") ? text.slice(1) : text);
  }

  document(): YamlNode | undefined {
    const first = this.#scanner.peek();
    if (first.kind === "stream end") return undefined;
    let node: YamlNode;
    if (first.kind === "directive" || first.kind === "document start") {
      this.#directives();
      if (!this.#at("document start")) {
        this.#fail("did not find expected <document start>", this.#scanner.peek());
      }
      this.#scanner.take();
      const next = this.#scanner.peek();
      node = this.#at("directive", "document start", "document end") || this.#at("stream end")
        ? empty(next)
        : this.#node(true, false);
    } else {
      this.#directives();
      node = this.#node(true, false);
    }
    this.#scanner.peek();
    this.#scanner.lookBeyond();
    return node;
  }

  #at(kind: TokenKind, other?: TokenKind, third?: TokenKind): boolean {
    const next = this.#scanner.peek().kind;
    return next === kind || next === other || next === third;
  }

  #fail(message: string, { line, column }: Token): never {
    throw new YamlError(message, { line: line + 1, column: column + 1 });
  }

  #directives(): void {
    let version = false;
    while (this.#at("directive")) {
      const token = this.#scanner.take();
      const directive = token.directive!;
      if (directive.name === "YAML") {
        if (version) this.#fail("found duplicate %YAML directive", token);
        if (directive.version !== "1.1" && directive.version !== "01.01") {
          this.#fail("found incompatible YAML document: only %YAML 1.1 is known", token);
        }
        version = true;
      } else {
        if (this.#tagPrefixes.has(directive.handle)) {
          this.#fail("found duplicate %TAG directive", token);
        }
        this.#tagPrefixes.set(directive.handle, directive.prefix);
      }
    }
    if (!this.#tagPrefixes.has("!")) this.#tagPrefixes.set("!", "!");
    if (!this.#tagPrefixes.has("!!")) this.#tagPrefixes.set("!!", "tag:yaml.org,2002:");
  }

  #properties(): Properties | undefined {
    let anchor: string | undefined, tagToken: Token | undefined;
    if (this.#at("anchor")) {
      anchor = this.#scanner.take().value;
      if (this.#at("tag")) tagToken = this.#scanner.take();
    } else if (this.#at("tag")) {
      tagToken = this.#scanner.take();
      if (this.#at("anchor")) anchor = this.#scanner.take().value;
    } else return undefined;
    if (!tagToken) return { anchor, tag: "" };
    if (!tagToken.handle) return { anchor, tag: tagToken.value };
    const prefix = this.#tagPrefixes.get(tagToken.handle);
    if (prefix === undefined) this.#fail("found undefined tag handle", tagToken);
    return { anchor, tag: prefix + tagToken.value };
  }

  /** Parses one node; `indentless`: a block sequence may stand at its mapping's own column. */
  #node(block: boolean, indentless: boolean): YamlNode {
    const first = this.#scanner.peek();
    const line = first.line + 1, column = first.column + 1;
    if (first.kind === "alias") {
      this.#scanner.take();
      const target = this.#anchors.get(first.value);
      if (!target) this.#fail(`unknown anchor '${first.value}' referenced`, first);
      return { kind: "alias", line, column, value: first.value, target };
    }
    const properties = this.#properties();
    const anchor = (node: YamlNode) => {
      if (properties?.anchor !== undefined) this.#anchors.set(properties.anchor, node);
      return node;
    };
    const token = this.#scanner.peek();
    const tag = properties?.tag ?? "";
    if (token.kind === "scalar") {
      this.#scanner.take();
      const plain = token.plain === true && tag === "" || tag === "!";
      return anchor({ kind: "scalar", line, column, value: token.value, tag, plain });
    }
    const isList = token.kind === "[" || block && token.kind === "block sequence" ||
      indentless && token.kind === "-";
    if (isList) {
      const items: YamlNode[] = [];
      const node = anchor({ kind: "list", line, column, items });
      if (token.kind === "[") this.#flowList(items);
      else if (token.kind === "-") this.#indentlessList(items);
      else this.#blockList(items);
      return node;
    }
    if (token.kind === "{" || block && token.kind === "block mapping") {
      const entries: [YamlNode, YamlNode][] = [];
      const node = anchor({ kind: "map", line, column, entries });
      if (token.kind === "{") this.#flowMap(entries);
      else this.#blockMap(entries);
      return node;
    }
    if (properties) {
      const plain = tag === "" || tag === "!";
      return anchor({ kind: "scalar", line, column, value: "", tag, plain });
    }
    this.#fail("did not find expected node content", token);
  }

  #blockList(items: YamlNode[]): void {
    this.#scanner.take();
    for (;;) {
      const token = this.#scanner.peek();
      if (token.kind === "block end") return void this.#scanner.take();
      if (token.kind !== "-") this.#fail("did not find expected '-' indicator", token);
      this.#scanner.take();
      items.push(this.#at("-", "block end") ? empty(token) : this.#node(true, false));
    }
  }

  #indentlessList(items: YamlNode[]): void {
    while (this.#at("-")) {
      const token = this.#scanner.take();
      items.push(
        this.#at("key", "value", "block end") || this.#at("-")
          ? empty(token)
          : this.#node(true, false),
      );
    }
  }

  #blockMap(entries: [YamlNode, YamlNode][]): void {
    this.#scanner.take();
    for (;;) {
      const token = this.#scanner.peek();
      if (token.kind === "block end") return void this.#scanner.take();
      if (token.kind !== "key" && token.kind !== "value") {
        this.#fail("did not find expected key", token);
      }
      // A bare `:` with no key before it is refused, as Concourse's parser does.
      if (token.kind === "value") this.#fail("did not find expected key", token);
      this.#scanner.take();
      const key = this.#at("key", "value", "block end") ? empty(token) : this.#node(true, true);
      entries.push([key, this.#blockValue()]);
    }
  }

  #blockValue(): YamlNode {
    const token = this.#scanner.peek();
    if (token.kind !== "value") return empty(token);
    this.#scanner.take();
    return this.#at("key", "value", "block end") ? empty(token) : this.#node(true, true);
  }

  #flowList(items: YamlNode[]): void {
    this.#scanner.take();
    for (let first = true;; first = false) {
      let token = this.#scanner.peek();
      if (token.kind !== "]" && !first) {
        if (token.kind !== ",") this.#fail("did not find expected ',' or ']'", token);
        this.#scanner.take();
        token = this.#scanner.peek();
      }
      if (token.kind === "]") return void this.#scanner.take();
      items.push(token.kind === "key" ? this.#pair() : this.#node(false, false));
    }
  }

  /** `[a: b]`: a mapping of one key in a flow sequence. */
  #pair(): YamlNode {
    const token = this.#scanner.take();
    let key: YamlNode;
    if (this.#at("value", ",", "]")) key = empty(this.#scanner.take());
    else key = this.#node(false, false);
    let value = empty(this.#scanner.peek());
    if (this.#at("value")) {
      this.#scanner.take();
      if (!this.#at(",", "]")) value = this.#node(false, false);
    }
    return { kind: "map", line: token.line + 1, column: token.column + 1, entries: [[key, value]] };
  }

  #flowMap(entries: [YamlNode, YamlNode][]): void {
    this.#scanner.take();
    for (let first = true;; first = false) {
      let token = this.#scanner.peek();
      if (token.kind !== "}" && !first) {
        if (token.kind !== ",") this.#fail("did not find expected ',' or '}'", token);
        this.#scanner.take();
        token = this.#scanner.peek();
      }
      if (token.kind === "}") return void this.#scanner.take();
      if (token.kind !== "key") {
        const key = this.#node(false, false);
        entries.push([key, empty(this.#scanner.peek())]);
        continue;
      }
      this.#scanner.take();
      const key = this.#at("value", ",", "}")
        ? empty(this.#scanner.peek())
        : this.#node(false, false);
      let value = empty(this.#scanner.peek());
      if (this.#at("value")) {
        this.#scanner.take();
        if (!this.#at(",", "}")) value = this.#node(false, false);
      }
      entries.push([key, value]);
    }
  }
}

/** Nothing where a value could stand: null. */
function empty({ line, column }: Token): YamlNode {
  return {
    kind: "scalar",
    line: line + 1,
    column: column + 1,
    value: "",
    tag: "",
    plain: true,
  };
}
