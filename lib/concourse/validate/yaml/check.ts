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
 * What Concourse checks of a pipeline before it fills in variables: a mapping at the top, no key
 * twice, sound merges, tags and aliases.
 *
 * @returns Each repeated key; empty when all is well
 * @throws {YamlError} for what stops the check
 * @see {@link https://github.com/yaml/go-yaml/blob/v3.0.4/decode.go}
 */
export function checkDocument(root: YamlNode | undefined): YamlError[] {
  if (!root) return [];
  const checker = new Checker();
  checker.root(root);
  return checker.faults;
}

/** Whether a key is `<<` and merges another mapping, to version 3 of the parser. */
function isMerge(key: YamlNode): boolean {
  return key.kind === "scalar" && key.value === "<<" &&
    (key.tag === "" && key.plain || key.tag === "!" || shortTag(key.tag) === "!!merge");
}

class Checker {
  readonly faults: YamlError[] = [];
  #guard = new AliasGuard();
  #merged: Set<string> | undefined;

  root(node: YamlNode): void {
    this.#guard.count(node);
    const target = node.kind === "alias" ? node.target : node;
    if (target.kind === "map") return this.#map(target, true);
    if (target.kind === "scalar" && resolveScalar(target, 3).value === null) return;
    const found = target.kind === "list" ? "a list" : "text";
    this.faults.push(new YamlError(`expected a mapping at the top, found ${found}`, node));
  }

  #visit(node: YamlNode): void {
    this.#guard.count(node);
    switch (node.kind) {
      case "alias":
        return this.#guard.follow(node, () => this.#visit(node.target));
      case "scalar":
        resolveScalar(node, 3);
        return;
      case "list":
        for (const item of node.items) this.#visit(item);
        return;
      case "map":
        return this.#map(node, false);
    }
  }

  #unique(node: MapNode): boolean {
    const seen = new Map<string, YamlNode>();
    let unique = true;
    for (const [key] of node.entries) {
      const text = key.kind === "scalar" || key.kind === "alias" ? key.value : "";
      const identity = `${key.kind} ${text}`;
      const earlier = seen.get(identity);
      if (earlier) {
        unique = false;
        this.faults.push(
          new YamlError(
            `mapping key ${JSON.stringify(text)} already defined at line ${earlier.line}`,
            key,
          ),
        );
      } else seen.set(identity, key);
    }
    return unique;
  }

  #map(node: MapNode, atTop: boolean): void {
    if (!this.#unique(node)) return;
    const merged = this.#merged;
    this.#merged = undefined;
    let mergeNode: YamlNode | undefined;
    for (const [key, value] of node.entries) {
      if (isMerge(key)) {
        mergeNode = value;
        continue;
      }
      const name = this.#key(key, atTop);
      if (name === undefined) continue;
      if (merged?.has(name)) continue;
      merged?.add(name);
      this.#visit(value);
    }
    this.#merged = merged;
    if (mergeNode) this.#merge(node, mergeNode);
  }

  /** Checks a key and returns what tells it from others; `undefined` for one that is passed over. */
  #key(key: YamlNode, atTop: boolean): string | undefined {
    this.#visit(key);
    const target = key.kind === "alias" ? key.target : key;
    if (target.kind !== "scalar") {
      throw invalidKey(key);
    }
    return keyName(target, atTop);
  }

  #merge(parent: MapNode, node: YamlNode): void {
    const merged = this.#merged;
    if (!merged) {
      this.#merged = new Set();
      for (const [key] of parent.entries) {
        this.#guard.count(key);
        const target = key.kind === "alias" ? key.target : key;
        const name = target.kind === "scalar" ? keyName(target, false) : undefined;
        if (name !== undefined) this.#merged.add(name);
      }
    }
    for (const source of node.kind === "list" ? node.items : [node]) {
      const target = source.kind === "alias" ? source.target : source;
      if (target.kind !== "map") {
        throw new YamlError("map merge requires map or sequence of maps as the value", source);
      }
      this.#visit(source);
    }
    this.#merged = merged;
  }
}

function keyName(key: ScalarNode, atTop: boolean): string | undefined {
  const { value } = resolveScalar(key, 3);
  if (atTop) return value === null ? undefined : `string ${key.value}`;
  return `${typeof value} ${value}`;
}
