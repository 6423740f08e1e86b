import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { synthesize } from "lib/secrets/synthesize.ts";

const Tree = z.strictObject({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});

const rows: [what: string, schema: z.ZodType, value: unknown][] = [
  ["a text", z.string(), "synthesised-token"],
  ["a text of a least length", z.string().min(20), "synthesised-tokenxxx"],
  ["a text of a greatest length", z.string().max(5), "synth"],
  ["a text with a prefix", z.string().startsWith("xoxb-").min(20), "xoxb-synthesisedxxxx"],
  ["a text with a suffix", z.string().endsWith("=="), "synthesised=="],
  ["hexadecimal digits", z.string().regex(/^[0-9a-f]{8}$/).length(8), "00000000"],
  ["capitals", z.string().regex(/^[A-Z_]+$/), "SYNTHESISED_TOKEN"],
  ["an address", z.email(), "synthesised@example.com"],
  ["a URL", z.url(), "https://synthesised.example.com"],
  ["a whole number", z.int().min(1).max(64), 1],
  ["a number above", z.number().gt(10).multipleOf(4), 12],
  ["a choice", z.enum(["on", "off"]), "on"],
  ["a default's key", z.strictObject({ a: z.string().default("x") }), { a: "synthesised-a" }],
  ["names of one's own", z.record(z.enum(["a", "b"]), z.int()), { a: 1, b: 1 }],
  ["a union", z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("x") })]), {
    kind: "x",
  }],
  ["a list", z.array(z.string()).min(2), ["synthesised-token-1", "synthesised-token-2"]],
  ["a number in text", z.string().transform(Number).pipe(z.number()), 0],
  ["a null", z.null(), null],
  [
    "an example",
    z.string().refine((text) => text === "4711").meta({ examples: ["4711"] }),
    "4711",
  ],
  ["what nests", z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })), {
    a: "synthesised-a",
    b: 1,
  }],
];

for (const [what, schema, value] of rows) {
  Deno.test(`synthesize() makes up ${what}`, () => {
    assert.deepEqual(synthesize(schema, "token"), value);
  });
}

Deno.test("synthesize() finds a text of a pattern, the same every time", () => {
  const schema = z.string().regex(/^AKIA[A-Z0-9]{16}$/);
  const value = synthesize(schema);
  assert.match(value, /^AKIA[A-Z0-9]{16}$/);
  assert.equal(synthesize(schema), value);
});

Deno.test("synthesize() ends for a schema that contains itself", () => {
  assert.ok(Tree.safeParse(synthesize(Tree)).success);
});

Deno.test("synthesize() says which key needs an example", () => {
  const schema = z.strictObject({ card: z.string().refine(() => false) });
  assert.throws(() => synthesize(schema), /^Problem: Nothing made up fits card: give its schema/);
});

Deno.test("synthesize() fits every schema of texts, numbers and containers", () => {
  const Bounds = fc.tuple(fc.nat(40), fc.nat(40));
  const { schema: anySchema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      Bounds.map(([least, more]) => z.string().min(least).max(least + more)),
      Bounds.map(([least, more]) => z.int().min(least - 20).max(least - 20 + more)),
      fc.constantFrom<z.ZodType>(z.boolean(), z.uuid(), z.email(), z.iso.datetime(), z.ipv4()),
      fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1 }).map((names) =>
        z.enum(names)
      ),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("schema")).map((shape) =>
        z.strictObject(shape)
      ),
      fc.tuple(tie("schema"), fc.nat(3)).map(([item, least]) => z.array(item).min(least)),
      tie("schema").map((inner) => inner.optional()),
      tie("schema").map((inner) => z.record(z.string(), inner)),
    ),
  }));
  fc.assert(
    fc.property(anySchema, (schema) => {
      synthesize(schema);
    }),
    { numRuns: 300 },
  );
});
