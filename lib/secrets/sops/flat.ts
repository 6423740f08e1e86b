/**
 * SOPS's stores without nesting: dotenv and INI. Their metadata is flattened into names such as
 * `age__list_0__map_enc`.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/flatten.go}
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/dotenv/store.go}
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/ini/store.go}
 * @module
 */
import { SopsProblem } from "lib/secrets/sops/error.ts";
import type { Branch, Leaf, Node } from "lib/secrets/sops/tree.ts";

const PREFIX = "sops_";

type Entry = readonly [key: string, value: string];

const text = (value: string): Leaf => ({ kind: "str", value });
const unescaped = (value: string) => value.replaceAll("\\n", "\n");

/**
 * Reads a dotenv file: `KEY=value` a line, nothing quoted, `\n` for a line break.
 *
 * @throws {SopsProblem} `malformed`, with the line: no `=`, a key twice
 */
export function loadDotenv(file: string, source: string): Branch {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const [index, line] of file.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    const fail = (what: string) => new SopsProblem("malformed", `${source}:${index + 1}: ${what}`);
    if (equals < 0) throw fail("is no KEY=value");
    const key = line.slice(0, equals);
    if (seen.has(key)) throw fail("has a key twice");
    seen.add(key);
    entries.push([key, unescaped(line.slice(equals + 1))]);
  }
  const own = entries.filter(([key]) => !key.startsWith(PREFIX));
  const metadata = entries.filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]): Entry => [key.slice(PREFIX.length), value]);
  return {
    kind: "map",
    entries: [
      ...own.map(([key, value]) => [key, text(value)] as const),
      ...(metadata.length > 0 ? [["sops", unflatten(metadata, source)] as const] : []),
    ],
  };
}

/**
 * Reads an INI file: sections with `key = value` lines. Keys before the first section belong to
 * `DEFAULT`.
 *
 * @throws {SopsProblem} `malformed`, with the line: no `=`, a section or key twice; quoting, continued
 * lines and comments behind values, of which SOPS writes none into what is wholly encrypted
 */
export function loadIni(file: string, source: string): Branch {
  const sections = new Map<string, Entry[]>();
  let section = "DEFAULT";
  for (const [index, raw] of file.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || /^[#;]/.test(line)) continue;
    const fail = (what: string) => new SopsProblem("malformed", `${source}:${index + 1}: ${what}`);
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header) {
      section = header[1].trim();
      if (sections.has(section)) throw fail("has a section twice");
      sections.set(section, []);
      continue;
    }
    if (/^["`]|[:=]\s*["'`]|\\$|[ \t][#;]/.test(line)) {
      throw fail("has a quoted value, a comment behind a value or a continued line: use YAML");
    }
    const match = /^([^:=]+)[:=](.*)$/.exec(line);
    if (match === null) throw fail("is no key = value");
    const [key, value] = [match[1].trim(), match[2].trim()];
    const entries = sections.get(section) ?? [];
    if (entries.some(([name]) => name === key)) throw fail("has a key twice in one section");
    sections.set(section, [...entries, [key, value]]);
  }
  return {
    kind: "map",
    entries: [...sections].map(([name, entries]) => [
      name,
      name === "sops"
        ? unflatten(entries.map(([key, value]): Entry => [key, unescaped(value)]), source)
        : { kind: "map", entries: entries.map(([key, value]) => [key, text(value)] as const) },
    ]),
  };
}

/** A tree under construction: branches, lists and texts. */
type Part = Map<string | number, Part> | string;

/**
 * Takes flattened names apart: `a__map_b` is key `b` of `a`, `a__list_0` the first item of `a`.
 *
 * @throws {SopsProblem} `malformed` for names that contradict each other
 */
export function unflatten(entries: readonly Entry[], source: string): Node {
  const fail = () => new SopsProblem("malformed", `${source}: its metadata contradicts itself`);
  const root: Part = new Map();
  for (const [name, value] of entries) {
    const path = name.split(/(?=__map_|__list_)/).map((part) => {
      const item = /^__list_(\d+)$/.exec(part);
      return item ? Number(item[1]) : part.replace(/^__map_/, "");
    });
    const last = path.pop()!;
    let at: Part = root;
    for (const part of path) {
      if (!at.has(part)) at.set(part, new Map());
      const below: Part = at.get(part)!;
      if (typeof below === "string") throw fail();
      at = below;
    }
    if (at.has(last)) throw fail();
    at.set(last, value);
  }

  function build(part: Part): Node {
    if (typeof part === "string") return text(part);
    const numbers = [...part.keys()].filter((key) => typeof key === "number").sort((a, b) => a - b);
    if (numbers.length === 0) {
      return {
        kind: "map",
        entries: [...part].map(([key, value]) => [String(key), build(value)] as const),
      };
    }
    if (numbers.length < part.size || numbers.some((number, index) => number !== index)) {
      throw fail();
    }
    return { kind: "list", items: numbers.map((number) => build(part.get(number)!)) };
  }
  return build(root);
}
