import fc from "fast-check";
import type { JsonSchema } from "lib/secrets/synthesize.ts";

/** Texts of the formats that zod knows; addresses and names are those reserved for examples. */
const FORMATS: Readonly<Record<string, string>> = {
  email: "synthesised@example.com",
  uri: "https://synthesised.example.com",
  hostname: "synthesised.example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  cidrv4: "192.0.2.0/24",
  cidrv6: "2001:db8::/32",
  date: "2000-01-01",
  time: "00:00:00",
  "date-time": "2000-01-01T00:00:00Z",
  duration: "P1D",
  base64: "c3ludGhlc2lzZWQ=",
  base64url: "c3ludGhlc2lzZWQ",
  e164: "+15550100000",
  // {"alg":"none","typ":"JWT"}.{"sub":"synthesised"}.
  jwt: "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJzeW50aGVzaXNlZCJ9.c3ludGhlc2lzZWQ",
};

/** How many random texts of a pattern are tried. */
const SAMPLES = 50;

/**
 * Texts that may fit, likeliest first: those that the schema's own length and patterns allow.
 *
 * @param name What the text is for: it becomes `synthesised-<name>`
 */
export function synthesizeText(schema: JsonSchema, name: string): string[] {
  const shortest = schema.minLength ?? 0;
  const longest = schema.maxLength ?? Infinity;
  const patterns = [schema, ...(schema.allOf ?? [])].flatMap(({ pattern }) =>
    pattern === undefined ? [] : [new RegExp(pattern, "u")]
  );
  const fits = (text: string) =>
    text.length >= shortest && text.length <= longest &&
    patterns.every((pattern) => pattern.test(text));
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  const plain = [`synthesised-${name}`, "synthesised", name, `synthesised ${name}`]
    .map((text) => stretch(text, shortest, longest));
  const ends = patterns.flatMap((pattern) => literalEnd(pattern));
  const tries = [
    ...(format === undefined ? [] : [format]),
    ...ends.map(({ prefix, suffix }) => {
      const rest = prefix.length + suffix.length;
      return `${prefix}${stretch("synthesised", shortest - rest, longest - rest)}${suffix}`;
    }),
    ...plain,
    ...plain.map((text) => text.replaceAll("-", "_")),
    ...plain.map((text) => text.replaceAll(/[-_ ]/g, "").toLowerCase()),
    ...plain.map((text) => text.toUpperCase().replaceAll("-", "_")),
    ...["0", "a", "A", "=", "1"].map((letter) => stretch(letter, shortest, longest, letter)),
  ];
  const good = tries.filter(fits);
  if (good.length > 0) return good;
  const sampled = patterns.flatMap((pattern) => samples(pattern, shortest, longest)).filter(fits);
  return sampled.length > 0 ? sampled : tries;
}

/** What `startsWith` and `endsWith` ask for; empty for any other pattern. */
function literalEnd({ source }: RegExp): { prefix: string; suffix: string }[] {
  const match =
    /^(?:\^((?:[^\\^$.*+?()[\]{}|]|\\[^\w])+)\.\*|\.\*((?:[^\\^$.*+?()[\]{}|]|\\[^\w])+)\$)$/
      .exec(source);
  if (match === null) return [];
  const [prefix, suffix] = match.slice(1).map((part) => (part ?? "").replace(/\\(.)/g, "$1"));
  return [{ prefix, suffix }];
}

/** Cuts or fills a text to a length. */
function stretch(text: string, shortest: number, longest: number, filler = "x"): string {
  return text.slice(0, Math.max(0, longest)).padEnd(shortest, filler);
}

/** Texts of a pattern; the same every time. Empty for what cannot be turned round: look-arounds, say. */
function samples(pattern: RegExp, shortest: number, longest: number): string[] {
  try {
    const texts = fc.stringMatching(pattern, { size: shortest > 10 ? "large" : "small" });
    const filled = texts.map((text) => stretch(text, shortest, longest));
    return fc.sample(fc.oneof(texts, filled), { seed: 1, numRuns: SAMPLES });
  } catch {
    return [];
  }
}
