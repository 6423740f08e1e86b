/**
 * Scalars as SOPS reads and hashes them: the typing of go-yaml v3 and the text forms of Go's
 * `strconv` and `time`.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v3.0.4/resolve.go}
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/sops.go} `ToBytes`
 * @module
 */
import type { Leaf } from "lib/secrets/sops/tree.ts";

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

const WORDS: Record<string, Leaf> = Object.assign(Object.create(null), {
  ...Object.fromEntries(["true", "True", "TRUE"].map((w) => [w, { kind: "bool", value: true }])),
  ...Object.fromEntries(
    ["false", "False", "FALSE"].map((w) => [w, { kind: "bool", value: false }]),
  ),
  ...Object.fromEntries(["", "~", "null", "Null", "NULL"].map((w) => [w, { kind: "null" }])),
  ...Object.fromEntries(
    [".nan", ".NaN", ".NAN"].map((w) => [w, { kind: "float", value: NaN }]),
  ),
  ...Object.fromEntries(
    [".inf", ".Inf", ".INF"].flatMap((w) => [
      [w, { kind: "float", value: Infinity }],
      [`+${w}`, { kind: "float", value: Infinity }],
      [`-${w}`, { kind: "float", value: -Infinity }],
    ]),
  ),
});

/**
 * What a plain (unquoted) YAML scalar means to go-yaml v3, and so to SOPS: `yes` is text, `0x1F` is
 * 31, `017` is 15, `1_000` is 1000, `2001-12-14` is a moment.
 *
 * @throws {RangeError} for an integer above 64 signed bits, which SOPS refuses
 */
export function resolvePlain(text: string): Leaf {
  const word = WORDS[text];
  if (word) return word;
  const first = text[0];
  if (first === ".") {
    return /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text) && Number.isFinite(Number(text))
      ? { kind: "float", value: Number(text) }
      : { kind: "str", value: text };
  }
  if (/[-+0-9]/.test(first)) {
    const time = parseTimestamp(text);
    if (time !== undefined) return { kind: "time", value: time };
    const plain = text.replaceAll("_", "");
    const integer = parseInteger(plain);
    if (integer !== undefined) {
      if (integer > MAX_INT) throw new RangeError("integer above 64 signed bits");
      return { kind: "int", value: integer };
    }
    if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)) {
      const value = Number(plain);
      // Go's ParseFloat reports a range error, and go-yaml then falls back to text.
      if (Number.isFinite(value)) return { kind: "float", value };
    }
  }
  return { kind: "str", value: text };
}

/** Go's `ParseInt(s, 0, 64)`, `ParseUint(s, 0, 64)` and go-yaml's extra `0b`, `0o`. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(?:0([xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)|(0[0-7]+)|([0-9]+))$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, sign, prefixed, octal, decimal] = match;
  if (decimal !== undefined && decimal.length > 1 && decimal.startsWith("0")) return undefined;
  const magnitude = prefixed !== undefined
    ? BigInt(`0${prefixed}`)
    : octal !== undefined
    ? BigInt(`0o${octal}`)
    : BigInt(decimal);
  const value = sign === "-" ? -magnitude : magnitude;
  if (value < MIN_INT || value > MAX_UINT) return undefined;
  // ParseUint takes no sign: `+18446744073709551615` is a float.
  if (value > MAX_INT && sign === "+") return undefined;
  return value;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function parseTimestamp(text: string): string | undefined {
  const match =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt])(\d\d?):(\d\d?):(\d\d?)([.,]\d+)?(Z|[-+]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)([.,]\d+)?)?$/
      .exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match;
  const separated = match[4] !== undefined;
  const [hour, minute, second, fraction] = separated ? match.slice(5, 9) : match.slice(10, 14);
  const zone = separated ? match[9] : "Z";
  return formatTime({ year, month, day, hour, minute, second, fraction, zone });
}

/** The parts of a moment, as text. */
interface TimeParts {
  year: string;
  month: string;
  day: string;
  hour?: string;
  minute?: string;
  second?: string;
  fraction?: string;
  zone: string;
}

function formatTime(parts: TimeParts): string | undefined {
  const [year, month, day, hour, minute, second] = [
    parts.year,
    parts.month,
    parts.day,
    parts.hour ?? "0",
    parts.minute ?? "0",
    parts.second ?? "0",
  ].map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) return undefined;
  if (month === 2 && day === 29 && !leap) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = /^[-+](\d\d):(\d\d)$/.exec(parts.zone);
  if (offset && (Number(offset[1]) > 24 || Number(offset[2]) > 60)) return undefined;
  const zone = /^[-+]00:00$/.test(parts.zone) ? "Z" : parts.zone;
  const two = (number: number) => String(number).padStart(2, "0");
  const nanoseconds = (parts.fraction ?? "").slice(1, 10).replace(/0+$/, "");
  return `${parts.year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}` +
    `${nanoseconds === "" ? "" : `.${nanoseconds}`}${zone}`;
}

/**
 * RFC 3339 text as Go writes it again: `+00:00` becomes `Z`, zeros at the fraction's end go.
 *
 * @param text A moment
 * @param keepFraction Whether the fraction stays (RFC3339Nano) or goes (RFC3339)
 * @returns `undefined` when the text is no RFC 3339 moment
 */
export function normalizeTime(text: string, keepFraction: boolean): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[-+]\d\d:\d\d)$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const kept = keepFraction ? fraction : undefined;
  return formatTime({ year, month, day, hour, minute, second, fraction: kept, zone });
}

/** Go's `strconv.FormatFloat(value, 'f', -1, 64)`: shortest digits, never an exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa, exponent] = String(Math.abs(value)).split("e");
  if (exponent === undefined) return sign + mantissa;
  const [whole, fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The bytes that a leaf adds to the message authentication code. */
export function leafBytes(leaf: Leaf): Uint8Array {
  const encode = (text: string) => new TextEncoder().encode(text);
  switch (leaf.kind) {
    case "str":
      return typeof leaf.value === "string" ? encode(leaf.value) : leaf.value;
    case "int":
      return encode(String(leaf.value));
    case "float":
      return encode(formatFloat(leaf.value));
    case "bool":
      return encode(leaf.value ? "True" : "False");
    case "time":
      return encode(leaf.value);
    case "null":
    case "comment":
      return new Uint8Array();
  }
}
