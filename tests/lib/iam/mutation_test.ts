import assert from "node:assert/strict";
import { CATALOGUE } from "lib/iam/catalogue.ts";
import { findIamIssues, POLICY_TYPES, SEVERITIES } from "lib/iam/mod.ts";
import { mutated } from "tests/lib/iam/mutate.ts";

Deno.test("20,000 damaged policies are linted without a crash, into well-formed findings", () => {
  for (let seed = 0; seed < 20_000; seed++) {
    const document = mutated(seed);
    const type = seed % 3 === 0 ? undefined : POLICY_TYPES[seed % POLICY_TYPES.length];
    const { findings } = findIamIssues(document, { type });
    for (const { id, severity, path, detail, remedy, line, column } of findings) {
      assert(id in CATALOGUE, `${seed}: ${id}`);
      assert(!detail.startsWith("The check for "), `${seed}: ${detail}`);
      assert(SEVERITIES.includes(severity));
      assert(path.startsWith("$") && detail !== "" && remedy !== "");
      assert(!/undefined|\[object/.test(detail), `${seed}: ${detail}`);
      assert.equal(line === undefined, typeof document !== "string");
      assert(line === undefined || line >= 1 && column! >= 1);
    }
  }
});
