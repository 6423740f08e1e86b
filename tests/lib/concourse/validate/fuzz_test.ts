/**
 * Whatever a file holds, validating and linting it ends, and without an exception.
 *
 * 20,000 documents by default; `FUZZ_RUNS=n deno test -A tests/lib/concourse/validate/fuzz_test.ts`
 * takes as many as it says, and then also holds each to one second.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { lintPipeline } from "lib/concourse/lint/mod.ts";
import { PROFILES, validatePipeline } from "lib/concourse/validate/validate.ts";
import { verdictCases } from "tests/support/verdicts.ts";

const RUNS = Number(Deno.env.get("FUZZ_RUNS") ?? 20_000);
const FULL = Deno.env.has("FUZZ_RUNS");

const bytesOf = (text: string) => new TextEncoder().encode(text);
const seeds = (await verdictCases()).map(({ yaml }) => bytesOf(yaml));
const FRAGMENTS = [
  ..."-?:,[]{}#&*!|>'\"%@`~=\t\n\r \\()",
  ..."- |? |: |<<: *a|&a |*a|!!int |!!binary x|!<x> |%YAML 1.1\n|---\n|...\n|((a.b))|((|\r\n|\u2028|\u0085|\ufeff"
    .split("|"),
  ...[
    "|2-\n",
    ">+\n",
    "null",
    "yes",
    "0o17",
    "1e400",
    ".inf",
    "-.nan",
    "0x",
    "1_0",
    "\ud83d\ude00",
  ],
  ...["jobs: ", "plan: ", "get: ", "do: ", "across: ", "in_parallel: ", "ensure: ", "passed: [*]"],
].map(bytesOf);

/** A change to bytes, at a place between 0 and 1. */
type Edit = readonly [
  kind: "cut" | "drop" | "insert" | "flip" | "repeat",
  at: number,
  what: number,
];

function apply(bytes: Uint8Array, [kind, at, what]: Edit): Uint8Array {
  const place = Math.floor(at * bytes.length);
  const length = Math.min(what % 200, bytes.length - place);
  const before = bytes.slice(0, place);
  switch (kind) {
    case "cut":
      return before;
    case "drop":
      return new Uint8Array([...before, ...bytes.slice(place + length)]);
    case "insert":
      return new Uint8Array([
        ...before,
        ...FRAGMENTS[what % FRAGMENTS.length],
        ...bytes.slice(place),
      ]);
    case "flip": {
      const copy = bytes.slice();
      if (copy.length > 0) copy[place] ^= 1 << (what % 8);
      return copy;
    }
    case "repeat":
      return new Uint8Array([
        ...before,
        ...bytes.slice(place, place + length),
        ...bytes.slice(place),
      ]);
  }
}

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.constantFrom("cut", "drop", "insert", "insert", "flip", "repeat"),
  fc.double({ min: 0, max: 0.999, noNaN: true }),
  fc.nat(10_000),
);
const changed = fc.tuple(fc.nat(seeds.length - 1), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([seed, edits]) => edits.reduce(apply, seeds[seed]));
const pieces = fc.array(fc.nat(FRAGMENTS.length - 1), { maxLength: 60 })
  .map((picks) => new Uint8Array(picks.flatMap((pick) => [...FRAGMENTS[pick]])));
const document = fc.oneof(
  { arbitrary: changed, weight: 8 },
  { arbitrary: pieces, weight: 2 },
  { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
  { arbitrary: fc.json().map(bytesOf), weight: 1 },
);

Deno.test(`${RUNS} broken, cut and flipped documents: each gets a verdict`, () => {
  fc.assert(
    fc.property(document, fc.constantFrom(...PROFILES), (bytes, profile) => {
      const start = performance.now();
      const verdict = validatePipeline(bytes, profile);
      const lints = lintPipeline(verdict);
      const took = performance.now() - start;
      if (FULL) assert.ok(took < 1_000, `took ${took} ms`);
      assert.equal(verdict.ok, verdict.errors.length === 0 && isFine(verdict, profile));
      for (const { message } of [...verdict.errors, ...verdict.warnings, ...lints]) {
        assert.ok(message.length > 0);
      }
    }),
    { numRuns: RUNS },
  );
});

function isFine({ warnings }: { warnings: readonly unknown[] }, profile: string): boolean {
  return profile !== "fly-strict" || warnings.length === 0;
}
