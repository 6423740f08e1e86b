import assert from "node:assert/strict";
import { type Profile, validatePipeline } from "lib/concourse/validate/validate.ts";

const errors = (yaml: string, profile: Profile = "server") =>
  validatePipeline(yaml, profile).errors.map(({ message }) => message);

Deno.test("of sections that differ in case only the server reads the last", () => {
  const yaml = "jobs: [{name: a, plan: []}]\nJobs: [{namm: b, plan: []}]\n";
  assert.deepEqual(errors(yaml), []);
  assert.deepEqual(errors("JOBS: [{name: a, plan: []}]\njobs: null\n"), [
    "jobs: pipeline must contain at least one job",
  ]);
  assert.match(errors(yaml, "fly-strict").join(), /unknown field "namm"/);
});

Deno.test("a cycle through the second of two jobs of one name is found from there", () => {
  const yaml = [
    "resources: [{name: r, type: git, source: {}}]",
    "jobs:",
    "- {name: first, plan: [{get: r, passed: [twice]}]}",
    "- {name: twice}",
    "- {name: twice, plan: [{get: r, passed: [first]}]}",
  ].join("\n");
  assert.equal(errors(yaml).at(-1), "pipeline contains a cycle that starts at Job 'twice'");
});
