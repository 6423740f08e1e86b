import assert from "node:assert/strict";
import fc from "fast-check";
import { diffPipelines, formatDiff } from "lib/concourse/diff.ts";
import type { Job, Pipeline } from "lib/concourse/model/mod.ts";

const before: Pipeline = {
  resources: [{ name: "r", type: "git", source: { uri: "u", branch: "main" } }],
  jobs: [{ name: "a", plan: [{ get: "r" }] }, { name: "b", plan: [] }],
};

Deno.test("each item that differs is named, with its lines", () => {
  const after: Pipeline = {
    display: { background_image: "x" },
    resources: [{ name: "r", type: "git", source: { uri: "u", branch: "next" } }],
    jobs: [{ name: "a", plan: [{ get: "r" }] }, { name: "c", plan: [] }],
  };
  assert.equal(
    formatDiff(diffPipelines(before, after)),
    `~ resource r
      …
      type: git
      source:
        uri: u
    -   branch: main
    +   branch: next
- job b
    - name: b
    - plan: []
+ job c
    + name: c
    + plan: []
+ display
    + background_image: x`,
  );
});

Deno.test("unchanged lines far from a change are left out", () => {
  const lines = (last: string): Pipeline => ({
    jobs: [{
      name: "a",
      plan: [{ get: "1" }, { get: "2" }, { get: "3" }, { get: "4" }, { get: last }],
    }],
  });
  assert.equal(
    formatDiff(diffPipelines(lines("x"), lines("y"))),
    `~ job a
      …
      - get: "2"
      - get: "3"
      - get: "4"
    - - get: x
    + - get: "y"`,
  );
});

Deno.test("a new order is one change", () => {
  const after = { ...before, jobs: before.jobs.toReversed() };
  assert.deepEqual(
    diffPipelines(before, after).map(({ kind, name, change }) => [kind, name, change]),
    [["job", "", "move"]],
  );
});

Deno.test("a pipeline that comes, goes or stays", () => {
  assert.deepEqual(diffPipelines(before, structuredClone(before)), []);
  const changes = (from?: Pipeline, to?: Pipeline) =>
    new Set(diffPipelines(from, to).map(({ change }) => change));
  assert.deepEqual(changes(undefined, before), new Set(["add"]));
  assert.deepEqual(changes(before, undefined), new Set(["remove"]));
});

Deno.test("there is a difference exactly where pipelines differ", () => {
  const job = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    plan: fc.constant([]),
    serial: fc.boolean(),
  });
  const jobs = fc.uniqueArray(job, { selector: ({ name }) => name }) as fc.Arbitrary<Job[]>;
  fc.assert(fc.property(jobs, jobs, (left, right) => {
    const equal = JSON.stringify(left) === JSON.stringify(right);
    const changes = diffPipelines({ jobs: left }, { jobs: right });
    // Without any job in one of them, the order of what is left is no matter.
    assert.equal(changes.length === 0, equal, JSON.stringify([left, right, changes]));
  }));
});
