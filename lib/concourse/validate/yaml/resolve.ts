import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import { type ScalarNode, shortTag } from "lib/concourse/validate/yaml/node.ts";

/** What a scalar means: integers are `bigint`, floats `number`. */
export type ScalarValue = null | boolean | bigint | number | string;

/** A tag with what a scalar means under it. */
export interface Resolved {
  /** `!!str`, `!!int`, … or the tag that was written. */
  readonly tag: string;
  readonly value: ScalarValue;
}

const WORDS = new Map<string, Resolved>();
for (
  const [tag, value, words] of [
    ["!!bool", true, "y Y yes Yes YES true True TRUE on On ON"],
    ["!!bool", false, "n N no No NO false False FALSE off Off OFF"],
    ["!!null", null, " ~ null Null NULL"],
    ["!!float", NaN, ".nan .NaN .NAN"],
    ["!!float", Infinity, ".inf .Inf .INF +.inf +.Inf +.INF"],
    ["!!float", -Infinity, "-.inf -.Inf -.INF"],
  ] as const
) {
  for (const word of words.split(" ")) WORDS.set(word, { tag, value });
}
/** The words that version 3 of the parser leaves as text. */
const ONLY_VERSION_2 = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;

const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const INT_MIN = -(2n ** 63n), INT_MAX = 2n ** 63n - 1n, UINT_MAX = 2n ** 64n - 1n;
const RESOLVABLE = new Set([
  "",
  "!!str",
  "!!bool",
  "!!int",
  "!!float",
  "!!null",
  "!!timestamp",
]);

/** An integer as Go's `strconv.ParseInt(text, 0, 64)` or `ParseUint` reads it. */
export function parseInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const size = hex !== undefined
    ? BigInt(`0x${hex}`)
    : binary !== undefined
    ? BigInt(`0b${binary}`)
    : octal !== undefined
    ? BigInt(`0o${octal}`)
    : BigInt(decimal);
  const value = sign === "-" ? -size : size;
  if (value < INT_MIN || value > UINT_MAX || sign !== "" && value > INT_MAX) return undefined;
  return value;
}

function parseFloatWord(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/;

function isTimestamp(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const [month, day, hour, minute, second] = [
    match[2],
    match[3],
    match[4] ?? match[7],
    match[5] ?? match[8],
    match[6] ?? match[9],
  ].map((part) => Number(part ?? 0));
  const days = new Date(Date.UTC(Number(match[1]), month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 &&
    second < 60;
}

/** What untagged plain text means. */
function resolvePlain(text: string, tag: string, version: 2 | 3): Resolved {
  const first = text.charCodeAt(0);
  const digit = first >= 0x30 && first <= 0x39 || first === 0x2b || first === 0x2d;
  if (!digit && first !== 0x2e && !(text === "" || "yYnNtTfFoO~".includes(text[0]))) {
    return { tag: "!!str", value: text };
  }
  const word = WORDS.get(text);
  if (word && !(version === 3 && ONLY_VERSION_2.test(text))) return word;
  if (first === 0x2e) {
    const value = parseFloatWord(text);
    return value === undefined ? { tag: "!!str", value: text } : { tag: "!!float", value };
  }
  if (!digit) return { tag: "!!str", value: text };
  if ((tag === "" || tag === "!!timestamp") && isTimestamp(text)) {
    return { tag: "!!timestamp", value: text };
  }
  const plain = text.replaceAll("_", "");
  const integer = parseInteger(plain);
  if (integer !== undefined) return { tag: "!!int", value: integer };
  const float = parseFloatWord(plain);
  if (float !== undefined) return { tag: "!!float", value: float };
  return { tag: "!!str", value: text };
}

/**
 * What a scalar means to go-yaml.
 *
 * @param version 2, which Concourse reads pipelines with; or 3, which checks them before
 * @throws {YamlError} for text that its tag does not allow
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/resolve.go}
 */
export function resolveScalar(node: ScalarNode, version: 2 | 3): Resolved {
  if (!node.plain && node.tag === "") return { tag: "!!str", value: node.value };
  const tag = node.tag === "!" ? (version === 2 ? "!" : "") : shortTag(node.tag);
  if (tag === "!!binary") return { tag, value: decodeBase64(node) };
  if (!RESOLVABLE.has(tag)) return { tag, value: node.value };
  if (tag === "!!str") return { tag, value: node.value };
  const resolved = resolvePlain(node.value, tag, version);
  if (tag === "" || resolved.tag === tag) return resolved;
  if (tag === "!!float" && typeof resolved.value === "bigint" && resolved.value <= INT_MAX) {
    return { tag, value: Number(resolved.value) };
  }
  throw new YamlError(
    `cannot decode ${resolved.tag} \`${node.value}\` as a ${tag}`,
    { line: node.line, column: node.column },
  );
}

function decodeBase64(node: ScalarNode): string {
  const text = node.value.replace(/[\r\n]/g, "");
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  }
  throw new YamlError("!!binary value contains invalid base64 data", {
    line: node.line,
    column: node.column,
  });
}
