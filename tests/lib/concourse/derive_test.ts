import assert from "node:assert/strict";
import { derivePipeline, type ProjectFacts } from "lib/concourse/derive.ts";
import { organization } from "lib/organization.ts";
import { type GetStep, type InlineTaskStep, type Job, Pipeline } from "lib/concourse/model/mod.ts";

const facts: ProjectFacts = {
  name: "app",
  repository: { uri: "https://example.org/infrastructure", branch: "main" },
  watch: ["infra/applications/app"],
  stages: [
    { stack: "CI", environment: "ci" },
    { stack: "mitx.QA", environment: "qa" },
    { stack: "Production", environment: "production" },
  ],
  bucket: "artifacts",
  secrets: [],
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
const IMAGE = { name: "vault", nodeTypes: ["server", "web"] };
const EVERYTHING = { ...facts, images: [IMAGE], containers: [CONTAINER] };

const gets = (job: Job) => job.plan.filter((step): step is GetStep => "get" in step);
const get = (job: Job, name: string) => gets(job).find((step) => step.get === name);
const job = (jobs: readonly Job[], name: string) => jobs.find((one) => one.name === name)!;
const script = (of: Job, task: string) =>
  of.plan.find((step): step is InlineTaskStep => "task" in step && step.task === task)!.config.run
    .args![1];

Deno.test("the first stage is deployed by itself, the others by a person who saw the plan", () => {
  const { jobs } = derivePipeline(facts);
  assert.deepEqual(jobs.map(({ name }) => name), [
    "deploy-app-ci",
    "preview-app-mitx-qa",
    "deploy-app-mitx-qa",
    "preview-app-production",
    "deploy-app-production",
  ]);
  assert.deepEqual(gets(jobs[0]), [{ get: "infrastructure", trigger: true }]);
  const triggers = (of: Job) => gets(of).some(({ trigger }) => trigger);
  assert.deepEqual(jobs.map(triggers), [true, true, false, true, false]);
  assert.deepEqual(get(jobs[1], "infrastructure")!.passed, ["deploy-app-ci"]);
});

Deno.test("a chain that begins with production is not deployed by itself", () => {
  const { jobs } = derivePipeline({ ...facts, stages: facts.stages.slice(2) });
  assert.deepEqual(jobs.map(({ name }) => name), [
    "preview-app-production",
    "deploy-app-production",
  ]);
  assert.ok(gets(jobs[1]).every(({ trigger }) => !trigger));
});

Deno.test("a stage speaks to its own Vault as the worker, and opens secrets by SOPS where it has any", () => {
  const derived = derivePipeline({ ...facts, secrets: ["app"] });
  const ends = [["deploy-app-ci", "CI"], ["preview-app-production", "Production"]] as const;
  for (const [name, environment] of ends) {
    const [task] = job(derived.jobs, name).plan.filter((step): step is InlineTaskStep =>
      "task" in step
    );
    const { params } = task.config;
    assert.equal(params!.VAULT_AUTH_METHOD, "aws");
    const { vaultAddress } = organization.environments[environment];
    assert.equal(`https://${params!.VAULT_AWS_SERVER_ID}`, vaultAddress);
    assert.match(task.config.run.args![1], /task setup pulumi sops --plugins\n/);
  }
  assert.match(script(derivePipeline(facts).jobs[0], "deploy"), /task setup pulumi --plugins\n/);
});

Deno.test("commit, image and plan of a deployment come from one build of its preview", () => {
  const { jobs } = derivePipeline(EVERYTHING);
  for (const stage of ["mitx-qa", "production"]) {
    const deploy = job(jobs, `deploy-app-${stage}`);
    assert.deepEqual(
      gets(deploy).map(({ get, passed }) => [get, passed]).sort(),
      [
        ["app-image", [`preview-app-${stage}`]],
        ["infrastructure", [`preview-app-${stage}`]],
        [`plan-app-${stage}`, [`preview-app-${stage}`]],
        [`vault-server-${stage === "production" ? stage : "qa"}`, [`preview-app-${stage}`]],
        [`vault-web-${stage === "production" ? stage : "qa"}`, [`preview-app-${stage}`]],
      ],
    );
    assert.match(
      script(deploy, "deploy"),
      new RegExp(`deploy --plan \\.\\./plan-app-${stage}/bundle`),
    );
  }
});

Deno.test("a container is built first; each stage deploys the digest that passed the one before", () => {
  const { jobs } = derivePipeline({ ...facts, containers: [CONTAINER] });
  assert.equal(jobs[0].name, "build-app");
  assert.deepEqual(get(job(jobs, "deploy-app-ci"), "app-image")!.passed, ["build-app"]);
  assert.deepEqual(get(job(jobs, "preview-app-production"), "app-image")!.passed, [
    "deploy-app-mitx-qa",
  ]);
  for (const [name, task] of [["deploy-app-ci", "deploy"], ["preview-app-mitx-qa", "preview"]]) {
    const text = script(job(jobs, name), task);
    assert.ok(text.includes("app_image=$(cat ../app-image/digest)"), text);
    const flag = String
      .raw`--set "image={\"repository\":\"example/app\",\"digest\":\"$app_image\"}"`;
    assert.ok(text.includes(flag), text);
  }
});

Deno.test("machine images are built per environment, from the commit that its stage then takes", () => {
  const { jobs } = derivePipeline({ ...facts, images: [IMAGE] });
  const build = job(jobs, "build-vault-image-qa");
  assert.deepEqual(get(build, "infrastructure"), {
    get: "infrastructure",
    trigger: true,
    passed: ["deploy-app-ci"],
  });
  const preview = job(jobs, "preview-app-mitx-qa");
  assert.deepEqual(get(preview, "infrastructure")!.passed, ["build-vault-image-qa"]);
  assert.deepEqual(get(preview, "vault-server-qa")!.passed, ["build-vault-image-qa"]);
  assert.ok(
    script(preview, "preview").includes(
      "cp ../vault-web-qa/vault-web-qa-*.json images/vault/releases/web.qa.json",
    ),
  );
  const first = job(jobs, "deploy-app-ci");
  assert.equal(get(first, "vault-server-ci")!.trigger, true);
  assert.deepEqual(get(first, "infrastructure")!.passed, ["build-vault-image-ci"]);
});

Deno.test("it is a pipeline by its schema, every resource is used and every passed can be met", () => {
  const pipeline = derivePipeline(EVERYTHING);
  Pipeline.parse(pipeline);
  const interacts = (of: Job) =>
    new Set(
      of.plan.flatMap((step) => "get" in step ? [step.get] : "put" in step ? [step.put] : []),
    );
  const used = new Set(pipeline.jobs.flatMap((one) => [...interacts(one)]));
  assert.deepEqual([...used].sort(), pipeline.resources!.map(({ name }) => name).sort());
  for (const one of pipeline.jobs) {
    for (const step of gets(one)) {
      for (const name of step.passed ?? []) {
        const earlier = job(pipeline.jobs, name);
        assert.ok(earlier, `${one.name}: ${name}`);
        assert.ok(interacts(earlier).has(step.get!), `${name} does not have ${step.get}`);
      }
    }
  }
});

Deno.test("what it is given is not changed", () => {
  const before = structuredClone(EVERYTHING);
  const given = structuredClone(before);
  derivePipeline(given);
  assert.deepEqual(given, before);
});
