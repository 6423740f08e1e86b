import assert from "node:assert/strict";
import { derivePipeline, type ProjectFacts } from "lib/concourse/derive.ts";
import type { GetStep, InlineTaskStep, Job } from "lib/concourse/model/mod.ts";

const facts: ProjectFacts = {
  name: "app",
  repository: { uri: "https://example.org/infrastructure", branch: "main" },
  watch: ["infra/applications/app"],
  stages: [
    { stack: "CI", environment: "ci" },
    { stack: "mitx.QA", environment: "qa" },
    { stack: "Production", environment: "production" },
  ],
  images: [],
  containers: [],
};

const CONTAINER = {
  name: "app",
  source: "https://example.org/app",
  branch: "main",
  image: "example/app",
  configKey: "image",
};

const gets = (job: Job) => job.plan.filter((step): step is GetStep => "get" in step);
const job = (jobs: readonly Job[], name: string) => jobs.find((one) => one.name === name)!;

Deno.test("stages follow one another: the first by itself, the others by a person", () => {
  const { jobs } = derivePipeline(facts);
  assert.deepEqual(
    jobs.map(({ name }) => name),
    ["deploy-app-ci", "deploy-app-mitx-qa", "deploy-app-production"],
  );
  assert.deepEqual(gets(jobs[0]), [{ get: "infrastructure", trigger: true }]);
  assert.deepEqual(gets(jobs[2]), [
    { get: "infrastructure", trigger: false, passed: ["deploy-app-mitx-qa"] },
  ]);
});

Deno.test("a chain that begins with production is started by a person", () => {
  const { jobs } = derivePipeline({ ...facts, stages: facts.stages.slice(2) });
  assert.equal(gets(jobs[0])[0].trigger, false);
});

Deno.test("a container is built first, and each stage takes what passed the one before", () => {
  const { jobs, resources } = derivePipeline({ ...facts, containers: [CONTAINER] });
  assert.equal(jobs[0].name, "build-app");
  const image = (name: string) => gets(job(jobs, name)).find(({ get }) => get === "app-image")!;
  assert.deepEqual(image("deploy-app-ci").passed, ["build-app"]);
  assert.equal(image("deploy-app-ci").trigger, true);
  assert.deepEqual(image("deploy-app-mitx-qa").passed, ["deploy-app-ci"]);
  assert.equal(image("deploy-app-mitx-qa").trigger, false);
  assert.deepEqual(
    resources!.map(({ name }) => name),
    ["infrastructure", "app-source", "app-image"],
  );
});

Deno.test("a stage deploys the image that it gets, by digest", () => {
  const { jobs } = derivePipeline({ ...facts, containers: [CONTAINER] });
  for (const name of ["deploy-app-ci", "deploy-app-production"]) {
    const task = job(jobs, name).plan.find((step): step is InlineTaskStep => "task" in step)!;
    assert.deepEqual(task.config.inputs, [{ name: "infrastructure" }, { name: "app-image" }]);
    const flag = String
      .raw`--set "image={\"repository\":\"example/app\",\"digest\":\"$(cat ../app-image/digest)\"}"`;
    assert.ok(task.config.run.args![1].includes(flag), task.config.run.args![1]);
  }
});

Deno.test("a machine image is built from the commit that the first stage takes", () => {
  const { jobs } = derivePipeline({ ...facts, images: ["vault"] });
  assert.equal(jobs[0].name, "build-vault-image");
  assert.deepEqual(gets(job(jobs, "deploy-app-ci"))[0].passed, ["build-vault-image"]);
});

Deno.test("every resource is used, every get has its resource, every passed its job", () => {
  const { jobs, resources } = derivePipeline({
    ...facts,
    images: ["vault"],
    containers: [CONTAINER],
  });
  const used = new Set(
    jobs.flatMap(({ plan }) =>
      plan.flatMap((step) => "get" in step ? [step.get] : "put" in step ? [step.put] : [])
    ),
  );
  assert.deepEqual([...used].sort(), resources!.map(({ name }) => name).sort());
  const names = jobs.map(({ name }) => name);
  for (const passed of jobs.flatMap((one) => gets(one).flatMap((step) => step.passed ?? []))) {
    assert.ok(names.includes(passed), passed);
  }
});

Deno.test("what it is given is not changed", () => {
  const before = structuredClone({ ...facts, containers: [CONTAINER] });
  const given = structuredClone(before);
  derivePipeline(given);
  assert.deepEqual(given, before);
});
