import assert from "node:assert/strict";
import { findIamIssues, formatFinding, isAtLeast } from "lib/iam/mod.ts";
import { KNOWN_GOOD } from "tests/lib/iam/known_good.ts";

Deno.test("there are at least 60 known-good policies of every type", () => {
  assert(KNOWN_GOOD.length >= 60, String(KNOWN_GOOD.length));
  assert.equal(new Set(KNOWN_GOOD.map(({ type }) => type)).size, 7);
});

for (const { name, type, statements } of KNOWN_GOOD) {
  Deno.test(`nothing at MEDIUM or above is found in the ${type} policy "${name}"`, () => {
    const document = { Version: "2012-10-17", Statement: statements };
    for (const text of [document, JSON.stringify(document)]) {
      const { findings } = findIamIssues(text, { type });
      const bad = findings.filter(({ severity }) => isAtLeast(severity, "MEDIUM"));
      assert.deepEqual(bad.map(formatFinding), []);
    }
  });
}
