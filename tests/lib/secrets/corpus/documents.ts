/** Random YAML documents, and random damage to encrypted ones. */
import fc from "fast-check";

/** Scalars that YAML 1.1, YAML 1.2 and Go read differently, or that SOPS has a type of its own for. */
const SCALARS = [
  "0",
  "-7",
  "+12",
  "0x1F",
  "0o17",
  "017",
  "0b101",
  "1_000",
  "9007199254740993",
  "-9223372036854775808",
  "1.5",
  "-0.25",
  "1e3",
  "1E-7",
  "1e21",
  "1e22",
  ".5",
  "6.",
  ".inf",
  "-.inf",
  "true",
  "False",
  "yes",
  "off",
  "~",
  "null",
  "2024-01-02",
  "2024-01-02T03:04:05Z",
  "2024-01-02 03:04:05.120 +02:00",
  "12:30:45",
  "plain words here",
  "a#b",
  "!!str 12",
  "!!float 12",
  "!!binary gIGC",
  "!!binary aGVsbG8=",
  "''",
  '""',
  "'it''s'",
  "{}",
  "[]",
];

const quoted = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "ENC[AES256_GCM,data:x]",
    "two\nlines\n",
    "\ttab",
    "<<",
    "sops",
    "é",
    "0",
    "\u2028",
  ),
).map((text) => JSON.stringify(text).replaceAll("\u007f", "\\x7F"));

const scalar = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...SCALARS) },
  { weight: 3, arbitrary: quoted },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
);

const key = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
  fc.constantFrom(
    "open_unencrypted",
    "__proto__",
    "constructor",
    "password",
    "a.b",
    "with space",
    '"012"',
    '"a:b"',
    '"true"',
    "é",
  ),
);

// Not "#" alone: in a list, SOPS makes an empty item of it.
const comment = fc.option(fc.constantFrom("# note", "# ENC[", "# two words"), { freq: 5 });

type Tree =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "block"; readonly lines: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly [string | null, Tree][] }
  | { readonly kind: "map"; readonly entries: readonly [string | null, string, Tree][] };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 6, arbitrary: scalar.map((text): Tree => ({ kind: "scalar", text })) },
    {
      weight: 1,
      arbitrary: fc.array(fc.stringMatching(/^[a-zA-Z#: ]{1,12}[a-z]$/), {
        minLength: 1,
        maxLength: 3,
      })
        .map((lines): Tree => ({ kind: "block", lines: lines.map((line) => line.trim()) })),
    },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(comment, tie("tree")), { minLength: 1, maxLength: 4 })
        .map((items): Tree => ({ kind: "list", items })),
    },
    { weight: 2, arbitrary: mapOf(tie("tree")) },
  ),
}));

function mapOf(value: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
  return fc.uniqueArray(fc.tuple(comment, key, value), {
    minLength: 1,
    maxLength: 6,
    selector: ([, name]) => name.replaceAll('"', ""),
  }).map((entries): Tree => ({ kind: "map", entries }));
}

function write(node: Tree, indent: string): string {
  const note = (text: string | null) => text === null ? "" : `${indent}${text}\n`;
  switch (node.kind) {
    case "scalar":
      return ` ${node.text}\n`;
    case "block":
      return ` |\n${node.lines.map((line) => `${indent}  ${line}\n`).join("")}`;
    case "list":
      return `\n${
        node.items.map(([text, item]) => `${note(text)}${indent}-${write(item, `${indent}  `)}`)
          .join("")
      }`;
    case "map":
      return `\n${
        node.entries.map(([text, name, item]) =>
          `${note(text)}${indent}${name}:${write(item, `${indent}  `)}`
        ).join("")
      }`;
  }
}

/** How SOPS is told to encrypt. */
const SELECTIONS: readonly (readonly string[])[] = [
  [],
  [],
  ["--encrypted-regex", "^(password|a|b.*)$"],
  ["--unencrypted-regex", "^(open|with)"],
  ["--encrypted-suffix", "d"],
  ["--unencrypted-suffix", "n"],
];

/** A document and the options to encrypt it with. */
export interface PlainDocument {
  readonly text: string;
  readonly args: readonly string[];
}

/** Documents with a mapping at the top. */
export const anyDocument: fc.Arbitrary<PlainDocument> = fc.record({
  text: mapOf(tree).map((node) => write(node, "").slice(1)),
  args: fc.constantFrom(...SELECTIONS),
});

/** One way to damage a file: a choice and two places, from 0 to 1. */
export const anyDamage = fc.record({
  kind: fc.constantFrom<DamageKind>(
    "swap values",
    "alter a letter of a value",
    "alter any letter",
    "remove a line",
    "repeat a line",
    "swap lines",
    "rename a key",
    "change a type",
    "write behind a value",
    "empty a value",
    "add an open value",
    "add nothing",
    "add a comment",
    "remove the code",
    "change the time",
    "change the rule",
    "change an open value",
    "cut it off",
  ),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  to: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

type DamageKind =
  | "swap values"
  | "alter a letter of a value"
  | "alter any letter"
  | "remove a line"
  | "repeat a line"
  | "swap lines"
  | "rename a key"
  | "change a type"
  | "write behind a value"
  | "empty a value"
  | "add an open value"
  | "add nothing"
  | "add a comment"
  | "remove the code"
  | "change the time"
  | "change the rule"
  | "change an open value"
  | "cut it off";

/** Damage to be done. */
export interface Damage {
  readonly kind: DamageKind;
  readonly at: number;
  readonly to: number;
}

/** Damages a file; returns it as it is where that kind has no place. */
export function damage(text: string, { kind, at, to }: Damage): string {
  const pick = <T>(items: readonly T[], where: number): T | undefined =>
    items[Math.floor(where * items.length)];
  const lines = text.split("\n");
  const body = lines.findIndex((line) => line === "sops:");
  const values = [...text.matchAll(/ENC\[AES256_GCM,[^\]]*\]/g)];
  const line = Math.floor(at * Math.max(1, body));
  const splice = (from: number, to: number, by: string) =>
    text.slice(0, from) + by + text.slice(to);
  const value = pick(values, at);
  const end = value === undefined ? 0 : value.index + value[0].length;
  switch (kind) {
    case "swap values": {
      const other = pick(values, to);
      if (!value || !other || value.index >= other.index) return text;
      return text.slice(0, value.index) + other[0] + text.slice(end, other.index) + value[0] +
        text.slice(other.index + other[0].length);
    }
    case "alter a letter of a value": {
      if (!value) return text;
      const place = value.index + 20 + Math.floor(to * (value[0].length - 30));
      return splice(place, place + 1, text[place] === "A" ? "B" : "A");
    }
    case "alter any letter": {
      const place = Math.floor(at * text.length);
      return splice(place, place + 1, String.fromCharCode(32 + Math.floor(to * 94)));
    }
    case "remove a line":
      return lines.toSpliced(line, 1).join("\n");
    case "repeat a line":
      return lines.toSpliced(line, 0, lines[line]).join("\n");
    case "swap lines":
      return lines.with(line, lines[line + 1] ?? "").with(line + 1, lines[line]).join("\n");
    case "rename a key":
      return lines.with(line, lines[line].replace(/^(\s*(?:- )?)(\w+):/, "$1$2x:")).join("\n");
    case "change a type":
      return value
        ? splice(
          value.index,
          end,
          value[0].replace(
            /type:\w+/,
            pick([
              "type:int",
              "type:str",
              "type:bool",
              "type:float",
              "type:bytes",
              "type:comment",
              "type:time",
            ], to)!,
          ),
        )
        : text;
    case "write behind a value":
      return value ? splice(end, end, pick(["x", " ", " # x", "]", "="], to)!) : text;
    case "empty a value":
      return value ? splice(value.index, end, pick(['""', "null", "", "{}"], to)!) : text;
    case "add an open value":
      return `added: ${pick(["open", "1", "true", "[1]", "{a: b}"], to)}\n${text}`;
    case "add nothing":
      return `added: ${pick(['""', "null", "[]", "{}"], to)}\n${text}`;
    case "add a comment":
      return `# added\n${text}`;
    case "remove the code":
      return text.replace(/^ +mac: .*\n/m, "");
    case "change the time":
      return text.replace(/(lastmodified: "\d{4}-\d\d-\d\dT\d\d:\d\d:)\d\d/, "$100");
    case "change the rule":
      return text.replace(
        /^( +)(un)?encrypted_(suffix|regex): .*$/m,
        pick(["$1unencrypted_suffix: x", "$1encrypted_regex: ^z", "$1encrypted_suffix: a"], to)!,
      );
    case "change an open value": {
      const open = lines.findIndex((one, index) =>
        index >= line && index < body && /: [^E{\[|].*$/.test(one) && !one.includes("ENC[")
      );
      return open < 0 ? text : lines.with(open, lines[open].replace(/: .*$/, ": other")).join("\n");
    }
    case "cut it off":
      return text.slice(0, Math.floor(at * text.length));
  }
}
