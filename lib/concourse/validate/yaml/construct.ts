import { type Datum, type Entry, keyId, type ScalarDatum } from "lib/concourse/validate/datum.ts";
import { AliasGuard } from "lib/concourse/validate/yaml/aliasing.ts";
import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import { invalidKey } from "lib/concourse/validate/yaml/invalid_key.ts";
import {
  type MapNode,
  type ScalarNode,
  shortTag,
  type YamlNode,
} from "lib/concourse/validate/yaml/node.ts";
import { resolveScalar } from "lib/concourse/validate/yaml/resolve.ts";

/**
 * Gives a document its values by the rules of YAML 1.1 as go-yaml 2 applies them: aliases are
 * copied, `<<` merges, and a later key overrides an earlier one, merged or not.
 *
 * @throws {YamlError} for wrong tags, merges, keys and aliases
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/decode.go}
 */
export function construct(root: YamlNode | undefined): Datum {
  if (!root) return { type: "null", line: 1, column: 1 };
  return new Constructor().visit(root);
}

function isMerge(key: YamlNode): boolean {
  return key.kind === "scalar" && key.value === "<<" &&
    (key.plain || shortTag(key.tag) === "!!merge");
}

/** A scalar's value at its place. */
export function scalarDatum(node: ScalarNode): ScalarDatum {
  const { line, column } = node;
  const { value } = resolveScalar(node, 2);
  switch (typeof value) {
    case "string":
      return { type: "string", value, line, column };
    case "boolean":
      return { type: "bool", value, line, column };
    case "bigint":
      return { type: "int", value, line, column };
    case "number":
      return { type: "float", value, line, column };
    default:
      return { type: "null", line, column };
  }
}

class Constructor {
  #guard = new AliasGuard();

  visit(node: YamlNode): Datum {
    this.#guard.count(node);
    const { line, column } = node;
    switch (node.kind) {
      case "alias":
        return this.#guard.follow(node, () => this.visit(node.target));
      case "scalar":
        return scalarDatum(node);
      case "list":
        return { type: "list", items: node.items.map((item) => this.visit(item)), line, column };
      case "map": {
        const entries = new Map<string, Entry>();
        this.#fill(node, entries);
        return { type: "map", entries, line, column };
      }
    }
  }

  #fill(node: MapNode, entries: Map<string, Entry>): void {
    for (const [keyNode, valueNode] of node.entries) {
      if (isMerge(keyNode)) {
        this.#merge(valueNode, entries);
        continue;
      }
      const key = this.visit(keyNode);
      if (key.type === "list" || key.type === "map") {
        throw invalidKey(keyNode);
      }
      entries.set(keyId(key), { key, value: this.visit(valueNode) });
    }
  }

  #merge(node: YamlNode, entries: Map<string, Entry>): void {
    // Earlier mappings of a list win, so the last is laid down first.
    const sources = node.kind === "list" ? [...node.items].reverse() : [node];
    for (const source of sources) {
      this.#guard.count(source);
      const target = source.kind === "alias" ? source.target : source;
      if (target.kind !== "map") {
        throw new YamlError("map merge requires map or sequence of maps as the value", source);
      }
      if (source.kind === "alias") {
        this.#guard.count(target);
        this.#guard.follow(source, () => this.#fill(target, entries));
      } else this.#fill(target, entries);
    }
  }
}
