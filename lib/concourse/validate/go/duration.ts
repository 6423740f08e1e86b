import { quoteGo } from "lib/concourse/validate/go/quote.ts";

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const PART = /(\d*)(\.\d*)?([^\d.]*)/y;
const MAX = 2n ** 63n;

/** A duration's nanoseconds, or why it is none in the words of Go. */
export type Duration = { readonly ns: bigint } | { readonly fault: string };

/** Reads a duration such as `1h30m` as Go's `time.ParseDuration` does. */
export function readDuration(text: string): Duration {
  const invalid = { fault: `time: invalid duration ${quoteGo(text)}` };
  const negative = text.startsWith("-");
  const rest = text.replace(/^[-+]/, "");
  if (rest === "0") return { ns: 0n };
  if (rest === "") return invalid;
  let total = 0n;
  for (let at = 0; at < rest.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const [, whole, fraction = "", unit] = PART.exec(rest)!;
    if (whole === "" && fraction.length < 2) return invalid;
    if (unit === "") return { fault: `time: missing unit in duration ${quoteGo(text)}` };
    const size = UNITS.get(unit);
    if (size === undefined) {
      return { fault: `time: unknown unit ${quoteGo(unit)} in duration ${quoteGo(text)}` };
    }
    total += BigInt(whole || 0) * size;
    if (fraction.length > 1) total += BigInt(Math.trunc(Number(`0${fraction}`) * Number(size)));
    if (total > MAX) return invalid;
  }
  if (total === MAX && !negative) return invalid;
  return { ns: negative ? -total : total };
}

/** A duration's nanoseconds; `undefined` when it is none. */
export function parseDuration(text: string): bigint | undefined {
  const duration = readDuration(text);
  return "ns" in duration ? duration.ns : undefined;
}
