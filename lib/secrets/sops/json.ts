/**
 * SOPS's JSON store: objects in the order of the file, whole numbers exact. The binary store is the
 * same with one key, `data`.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/json/store.go}
 * @module
 */
import { SopsProblem } from "lib/secrets/sops/error.ts";
import type { Branch, Leaf, Node } from "lib/secrets/sops/tree.ts";

const TOKEN =
  // deno-lint-ignore no-control-regex
  /[\t\n\r ]*(?:([{}\[\]:,])|("(?:[^"\\\u0000-\u001f]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)|(true|false|null))/y;
const MAX_DEPTH = 1000;

/**
 * Reads a JSON object.
 *
 * @param text The file
 * @param source Its name, for the error
 * @throws {SopsProblem} `malformed`, with the line: no JSON, no object, a key twice
 */
export function loadJson(text: string, source: string): Branch {
  let position = 0;
  const fail = (what: string): never => {
    const line = text.slice(0, position).split("\n").length;
    throw new SopsProblem("malformed", `${source}:${line}: ${what}`);
  };

  function next(): RegExpExecArray {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) return fail(position >= text.length ? "ends too early" : "is not JSON");
    position = TOKEN.lastIndex;
    return match;
  }

  function string(token: string): string {
    try {
      // Go reads a lone surrogate as U+FFFD.
      return (JSON.parse(token) as string).toWellFormed();
    } catch {
      return fail("is not JSON");
    }
  }

  function leaf(token: RegExpExecArray): Leaf {
    const [, , text, number, word] = token;
    if (text !== undefined) return { kind: "str", value: string(text) };
    if (word !== undefined) {
      return word === "null" ? { kind: "null" } : { kind: "bool", value: word === "true" };
    }
    if (number === undefined) return fail("is not JSON");
    if (/^-?\d+$/.test(number)) {
      const value = BigInt(number);
      if (BigInt.asIntN(64, value) === value) return { kind: "int", value };
    }
    const value = Number(number);
    return Number.isFinite(value) ? { kind: "float", value } : fail("has a number out of range");
  }

  function node(token: RegExpExecArray, depth: number): Node {
    if (depth > MAX_DEPTH) return fail("is nested too deeply");
    if (token[1] === "{") return branch(depth);
    if (token[1] !== "[") return leaf(token);
    const items: Node[] = [];
    let item = next();
    if (item[1] === "]") return { kind: "list", items };
    for (;;) {
      items.push(node(item, depth + 1));
      const after = next()[1];
      if (after === "]") return { kind: "list", items };
      if (after !== ",") fail("is not JSON");
      item = next();
    }
  }

  function branch(depth: number): Branch {
    const entries = new Map<string, Node>();
    let key = next();
    if (key[1] === "}") return { kind: "map", entries: [] };
    for (;;) {
      if (key[2] === undefined) fail("is not JSON");
      const name = string(key[2]);
      if (entries.has(name)) fail("has a key twice in one object");
      if (next()[1] !== ":") fail("is not JSON");
      entries.set(name, node(next(), depth + 1));
      const after = next()[1];
      if (after === "}") return { kind: "map", entries: [...entries] };
      if (after !== ",") fail("is not JSON");
      key = next();
    }
  }

  if (next()[1] !== "{") fail("holds no object at its top level");
  const root = branch(0);
  if (text.slice(position).trim() !== "") fail("goes on after its end");
  return root;
}
