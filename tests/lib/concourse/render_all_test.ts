import assert from "node:assert/strict";
import { renderPipelines, selectPipelines } from "lib/concourse/render_all.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { Problems, UsageProblem } from "lib/schema/problem.ts";

const good: Pipeline = { jobs: [{ name: "a", plan: [] }] };

Deno.test("what the server would refuse is refused, all at once, before anything is rendered", () => {
  const bad: Pipeline = {
    resources: [{ name: "r", type: "git", source: {} }],
    jobs: [{ name: "a", plan: [{ get: "x" }] }],
  };
  assert.throws(
    () => renderPipelines(new Map([["good", good], ["bad", bad], ["none", { jobs: [] }]]), "yaml"),
    (error: Problems) => {
      assert.deepEqual(error.messages, [
        `Pipeline "bad": resource 'r' is not used`,
        `Pipeline "bad": jobs.a.plan.do[0].get(x): unknown resource 'x'`,
        `Pipeline "none": jobs: pipeline must contain at least one job`,
      ]);
      return true;
    },
  );
});

Deno.test("what Concourse warns of is told, and rendered", () => {
  const { files, warnings } = renderPipelines(
    new Map([["odd", { jobs: [{ name: "A", plan: [] }] }]]),
    "json",
  );
  assert.deepEqual([...files.keys()], ["odd.json"]);
  assert.match(warnings.join("\n"), /^Pipeline "odd": jobs\.A: 'A' is not a valid identifier/);
});

Deno.test("pipelines are selected by name", () => {
  const all = new Map([["one", good], ["two", good]]);
  assert.deepEqual([...selectPipelines(all, []).keys()], ["one", "two"]);
  assert.deepEqual([...selectPipelines(all, ["two"]).keys()], ["two"]);
  assert.throws(() => selectPipelines(all, ["tow"]), UsageProblem);
});
