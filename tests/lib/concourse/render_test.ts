import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { renderPipeline, renderYaml } from "lib/concourse/render.ts";
import { type Datum, datumOf } from "lib/concourse/validate/datum.ts";
import { jsonForm } from "lib/concourse/validate/json_form.ts";
import { construct } from "lib/concourse/validate/yaml/construct.ts";
import { parseYaml } from "lib/concourse/validate/yaml/parser.ts";

/** A value without the places where it stands. */
function plainOf(datum: Datum): unknown {
  if (datum.type === "list") return datum.items.map(plainOf);
  if (datum.type === "map") {
    const entries = [...datum.entries].map(([name, { value }]) => [name, plainOf(value)] as const);
    return new Map(entries.sort(([a], [b]) => a < b ? -1 : 1));
  }
  if (datum.type === "int" || datum.type === "float") return ["number", Number(datum.value)];
  return datum.type === "null" ? null : [datum.type, datum.value];
}

const readers = [["1.1", "yaml-1.1"], ["1.2", "core"]] as const;

/** Text that readers of YAML take for something else, or trip over, and anything at all. */
const anyText = fc.oneof(
  fc.constantFrom(
    ...[
      "yes",
      "NO",
      "on",
      "y",
      "null",
      "~",
      "1_000",
      "012",
      "0o12",
      "0b1",
      "1e3",
      "012e3",
      "12:30",
    ],
    ...["2024-01-01", "<<", "=", ".5", "-", "- a", "a: b", "a #b", "#", "*x", "&x", "!x", "|", ">"],
    ...[
      "",
      " a",
      "a ",
      "\t",
      "a\nb",
      "a\nb\n",
      "a\n\nb",
      "\na",
      " a\nb",
      "a \nb",
      "a\n b\n",
      "\u2028",
    ],
    ...[
      "((var))",
      "{{x}}",
      "%a",
      "@a",
      "`a",
      '"',
      "'",
      "\\",
      "\u007f",
      "\ufeff",
      "0x1F",
      "+1",
      "é",
    ],
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "\n", " ", ":", "#", "-", "'", '"', "\t") }),
);

const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(anyText.filter((key) => key !== "__proto__" && key !== "<<"), tie("value"), {
      maxKeys: 4,
    }),
  ),
})).value;

for (const [version, schema] of readers) {
  Deno.test(`whatever is rendered is read back the same by YAML ${version}`, () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b", "jobs"), anyValue), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        const read = parse(renderYaml(plain), { version, schema, merge: false, maxAliasCount: 0 });
        assert.deepEqual(JSON.parse(JSON.stringify(read)), plain);
      }),
      { numRuns: 2000 },
    );
  });
}

Deno.test("whatever is rendered is read back the same as Concourse reads it", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("a", "b", "jobs"), anyValue), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const read = construct(parseYaml(renderYaml(plain)));
      // Concourse reads twice: what the first reader took, the second one takes as JSON.
      const form = jsonForm(read, { strict: true, infinite: [] });
      assert.deepEqual(
        plainOf(form),
        plainOf(jsonForm(datumOf(plain), { strict: true, infinite: [] })),
      );
    }),
    { numRuns: 3000 },
  );
});

Deno.test("an object that stands twice is written twice, without an anchor", () => {
  const shared = { get: "code" };
  assert.equal(renderYaml({ plan: [shared, shared] }), "plan:\n- get: code\n- get: code\n");
});

Deno.test("empty lists, empty objects and absent entries", () => {
  assert.equal(
    renderYaml({ a: [], b: {}, c: undefined, d: [[1], []] }),
    "a: []\nb: {}\nd:\n- - 1\n- []\n",
  );
});

Deno.test("what Concourse could not be told is refused", () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [{ a: { "<<": {} } }, /Key "<<" cannot be rendered/],
    [[Infinity], /Infinity cannot be rendered/],
    [{ a: NaN }, /NaN cannot be rendered/],
    [[Symbol("a")], /A symbol cannot be rendered/],
    [[() => 1], /A function cannot be rendered/],
  ];
  for (const [value, message] of rows) assert.throws(() => renderYaml(value), message);
});

Deno.test("integers beyond a float's precision keep every digit, in both formats", () => {
  const pipeline = { jobs: [], user_data: 9007199254740993n };
  assert.equal(renderPipeline(pipeline), "jobs: []\nuser_data: 9007199254740993\n");
  assert.match(renderPipeline(pipeline, "json"), /"user_data": 9007199254740993\n/);
});
