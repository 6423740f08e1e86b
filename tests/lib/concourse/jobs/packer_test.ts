import assert from "node:assert/strict";
import { packerJobs } from "lib/concourse/jobs/mod.ts";
import { type GetStep, Pipeline } from "lib/concourse/model/mod.ts";
import { toPipeline } from "lib/concourse/fragment.ts";
import { gitRepo, vaultReleases } from "lib/concourse/resources/mod.ts";

const code = gitRepo("image-code", { uri: "https://example.org/images" });
const dependencies: readonly GetStep[] = [{ get: "vault-release", trigger: true }, {
  get: "other",
}];
const options = { code, template: "images/vault/.", dependencies, nodeTypes: ["web", "worker"] };

Deno.test("what was validated is what is built", () => {
  const [validate, build] = packerJobs(options).jobs!;
  assert.equal(validate.name, "validate-packer-template");
  assert.deepEqual(build.plan.slice(0, 3), [
    { get: "vault-release", trigger: true, passed: ["validate-packer-template"] },
    { get: "other", trigger: false, passed: ["validate-packer-template"] },
    { get: "image-code", trigger: true, passed: ["validate-packer-template"] },
  ]);
  assert.deepEqual(dependencies, [{ get: "vault-release", trigger: true }, { get: "other" }]);
});

Deno.test("every role is built at once; a single one is no parallel", () => {
  const vars = (steps: unknown) =>
    JSON.stringify(steps).match(/"node_type":"\w+"/g)?.map((text) => text.slice(13, -1));
  const [, two] = packerJobs(options).jobs!;
  assert.deepEqual(vars(two.plan), ["web", "worker"]);
  const [, one] = packerJobs({ ...options, nodeTypes: undefined, suffix: "x" }).jobs!;
  assert.equal(one.name, "build-packer-template-x");
  assert.ok("put" in one.plan.at(-1)!);
});

Deno.test("it makes a pipeline with its types", () => {
  const pipeline = toPipeline([
    { resources: [code, vaultReleases(), gitRepo("other", { uri: "u" })] },
    packerJobs(options),
  ]);
  Pipeline.parse(pipeline);
  assert.deepEqual(
    pipeline.resource_types!.map(({ name }) => name),
    ["hashicorp-release", "packer-builder", "packer-validator"],
  );
});
