import assert from "node:assert/strict";
import fc from "fast-check";
import { covers, matches, overlaps } from "lib/iam/glob.ts";

const pattern = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 7 })
  .map((chars) => chars.join(""));
const word = fc.array(fc.constantFrom("a", "b"), { maxLength: 6 }).map((chars) => chars.join(""));
const asRegExp = (glob: string) =>
  new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);

/** All words over a and b of up to six letters. */
const WORDS = Array.from(
  { length: 7 },
  (_, length) =>
    Array.from(
      { length: 2 ** length },
      (_, bits) => Array.from({ length }, (_, at) => bits >> at & 1 ? "a" : "b").join(""),
    ),
).flat();

Deno.test("matches() agrees with the regular expression that it stands for", () => {
  fc.assert(fc.property(pattern, word, (glob, text) => {
    assert.equal(matches(glob, text), asRegExp(glob).test(text));
  }));
});

Deno.test("overlaps() is true whenever one word is matched by both", () => {
  fc.assert(fc.property(pattern, pattern, (left, right) => {
    const isBoth = WORDS.some((text) => matches(left, text) && matches(right, text));
    if (isBoth) assert(overlaps(left, right));
    assert.equal(overlaps(left, right), overlaps(right, left));
  }));
});

Deno.test("overlaps() is false when short patterns share no word", () => {
  const short = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 3 })
    .map((chars) => chars.join(""));
  fc.assert(fc.property(short, short, (left, right) => {
    if (!WORDS.some((text) => matches(left, text) && matches(right, text))) {
      assert(!overlaps(left, right), `${left} ${right}`);
    }
  }));
});

Deno.test("covers() is true only when every word of the narrower is in the wider", () => {
  fc.assert(fc.property(pattern, pattern, (wide, narrow) => {
    if (!covers(wide, narrow)) return;
    for (const text of WORDS) assert(!matches(narrow, text) || matches(wide, text), text);
  }));
});

Deno.test("patterns of many wildcards end at once", () => {
  const many = "*a".repeat(500);
  assert.equal(matches(`${many}b`, "a".repeat(5000)), false);
  assert.equal(overlaps(`${many}b`, `${many}c`), false);
  assert.equal(covers(`${many}b`, many), false);
});
