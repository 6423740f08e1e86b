import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson } from "lib/iam/json/parse.ts";
import { locate } from "lib/iam/json/position.ts";

/** Objects of the parser have no prototype. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("parseJson() reads what JSON.stringify() writes, without a fault", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
    const { value: read, faults } = parseJson(JSON.stringify(value, undefined, indent));
    assert.deepEqual(faults, []);
    assert.deepEqual(plain(read), plain(value));
  }));
});

Deno.test("parseJson() finds a fault exactly in the texts that JSON.parse() refuses", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "01", "true", " ")
    .chain((text) => fc.constant(text));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = pieces.join("");
      let isValid = true;
      try {
        JSON.parse(text);
      } catch {
        isValid = false;
      }
      const { faults } = parseJson(text);
      const isStrict = faults.every(({ message }) => message.startsWith("Duplicate key"));
      assert.equal(isStrict, isValid, text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseJson() knows where each value stands", () => {
  const text = '{\n  "a": [1,\n    {"b": "x"}]\n}';
  const { positions } = parseJson(text);
  assert.deepEqual(locate(text, positions, ["a", 1, "b"]), { line: 3, column: 11 });
  assert.deepEqual(locate(text, positions, ["a", 7]), { line: 2, column: 8 });
});

Deno.test("parseJson() keeps __proto__ a key like any other", () => {
  const { value } = parseJson('{"__proto__": {"x": 1}}');
  assert.deepEqual(Object.keys(value as object), ["__proto__"]);
  assert.equal((({}) as { x?: number }).x, undefined);
});

Deno.test("parseJson() ends at a nesting of more than 100 levels", () => {
  const { value, faults } = parseJson("[".repeat(100_000));
  assert.equal(value, undefined);
  assert.match(faults[0].message, /Nested deeper/);
});
