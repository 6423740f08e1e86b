const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const PART = /(\d*)(\.\d*)?([^\d.]+)/y;
const MAX = 2 ** 63;

/**
 * Reads a duration such as `1h30m` as Go's `time.ParseDuration` does.
 *
 * @returns Nanoseconds; `undefined` when it is none
 */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const rest = text.replace(/^[-+]/, "");
  if (rest === "0") return 0;
  if (rest === "") return undefined;
  let total = 0;
  for (PART.lastIndex = 0; PART.lastIndex < rest.length;) {
    const match = PART.exec(rest);
    if (!match) return undefined;
    const [, whole, fraction = "", unit] = match;
    if (whole === "" && fraction.length < 2 || !Object.hasOwn(UNITS, unit)) return undefined;
    const size = UNITS[unit];
    total += Number(whole || 0) * size + Math.trunc(Number(`0${fraction || ".0"}0`) * size);
    if (total > MAX) return undefined;
  }
  return total === MAX && sign === 1 ? undefined : sign * total;
}
