import assert from "node:assert/strict";
import fc from "fast-check";
import { type PulumiChainOptions, pulumiJobsChain } from "lib/concourse/jobs/mod.ts";
import { type GetStep, type InlineTaskStep, Job } from "lib/concourse/model/mod.ts";
import { gitRepo, slackNotification } from "lib/concourse/resources/mod.ts";

const STAGES = [
  { stack: "CI", environment: "ci" },
  { stack: "QA", environment: "qa" },
  { stack: "Production", environment: "production" },
] as const;
const gated = { topology: "preview-gated", bucket: "plans" } as const;

const gets = (job: Job) => job.plan.filter((step): step is GetStep => "get" in step);
const names = (options: PulumiChainOptions) =>
  pulumiJobsChain(options).jobs!.map(({ name }) => name);

/** The script of a job's task, run beside the given files with stand-ins for programs. */
async function runTask(
  job: Job,
  task: string,
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string; folder: (path: string) => Promise<string> }> {
  const root = await Deno.makeTempDir();
  const { config } = job.plan.find((step): step is InlineTaskStep =>
    "task" in step && step.task === task
  )!;
  const write = async (path: string, text: string, mode?: number) => {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text, { mode });
  };
  for (const { name } of [...config.inputs ?? [], ...config.outputs ?? []]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) await write(path, text);
  for (const [name, body] of Object.entries(programs)) {
    await write(`bin/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
  }
  const { code, stdout, stderr } = await new Deno.Command(config.run.path, {
    args: [...config.run.args!],
    cwd: `${root}/${config.run.dir ?? ""}`,
    env: { PATH: `${root}/bin:${Deno.env.get("PATH")}` },
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, output, folder: (path) => Deno.readTextFile(`${root}/${path}`) };
}

Deno.test("deploy-chained: each stage takes what passed the one before, started by a person", () => {
  const fragment = pulumiJobsChain({ project: "app", stages: STAGES });
  assert.deepEqual(fragment.jobs!.map(gets), [
    [{ get: "infrastructure", trigger: true }],
    [{ get: "infrastructure", trigger: false, passed: ["deploy-app-ci"] }],
    [{ get: "infrastructure", trigger: false, passed: ["deploy-app-qa"] }],
  ]);
  assert.equal(fragment.resources, undefined);
});

Deno.test("preview-gated: previews before all but the first; the first too where that is wished", () => {
  const project = "app";
  assert.deepEqual(names({ project, stages: STAGES, ...gated }), [
    "deploy-app-ci",
    "preview-app-qa",
    "deploy-app-qa",
    "preview-app-production",
    "deploy-app-production",
  ]);
  const own = [{ ...STAGES[0], ungated: false }, { ...STAGES[1], ungated: true }];
  assert.deepEqual(names({ project, stages: own, ...gated }), [
    "preview-app-ci",
    "deploy-app-ci",
    "deploy-app-qa",
  ]);
  assert.throws(
    () => pulumiJobsChain({ project, stages: STAGES, topology: gated.topology }),
    /bucket/,
  );
});

Deno.test("a preview keeps its plan; changes are no failure, anything else is", async () => {
  const [, preview] = pulumiJobsChain({ project: "app", stages: STAGES, ...gated }).jobs!;
  const npx = (code: number) =>
    `case "$*" in *" preview "*) echo "{\\"digest\\":\\"${
      "a".repeat(64)
    }\\"}" > ../preview/bundle/bundle.json;` +
    ` echo summary > ../preview/summary.md; echo "$*" > ../args; exit ${code};; esac`;
  const files = { "preview/bundle/.keep": "" };
  const changes = await runTask(preview, "preview", files, { npx: npx(3) });
  assert.equal(changes.code, 0, changes.output);
  assert.match(await changes.folder("preview/summary.md"), /^summary\n\nPlan digest: a{64}\n$/);
  assert.match(
    await changes.folder("args"),
    /preview app --env qa --stack QA --engine pulumi --save-plan \.\.\/preview\/bundle /,
  );
  assert.equal((await runTask(preview, "preview", files, { npx: npx(1) })).code, 1);
});

const gate = { repository: "org/infra", labels: ["promotion"], assignees: ["someone"] };

Deno.test("an issue asks for each plan; closed, it lets that plan through", () => {
  const { jobs, resources } = pulumiJobsChain({ project: "app", stages: STAGES, ...gated, gate });
  assert.deepEqual(resources!.map(({ name }) => name), [
    "plan-app-qa",
    "ask-app-qa",
    "approval-app-qa",
    "plan-app-production",
    "ask-app-production",
    "approval-app-production",
  ]);
  const ask = jobs![1].plan.find((step) => "put" in step && step.put === "ask-app-qa")!;
  assert.deepEqual("params" in ask && ask.params, {
    labels: ["promotion"],
    assignees: ["someone"],
    body_files: ["preview/summary.md"],
  });
  assert.deepEqual(
    gets(jobs![2]).filter(({ trigger }) => trigger),
    [{ get: "approval-app-qa", trigger: true }],
  );
});

Deno.test("the approval of an older plan does not let a newer one through", async () => {
  const { jobs } = pulumiJobsChain({ project: "app", stages: STAGES, ...gated, gate });
  const issue = (number: number) => JSON.stringify({ issue_number: `${number}` });
  const noted = await runTask(
    jobs![1],
    "note-issue",
    { "ask-app-qa/gh_issue.json": issue(14) },
    {},
  );
  assert.equal(noted.code, 0, noted.output);
  assert.equal(await noted.folder("preview/issue"), "14\n");
  const deploy = (closed: number) =>
    runTask(jobs![2], "deploy", {
      "plan-app-qa/issue": "14\n",
      "approval-app-qa/gh_issue.json": issue(closed),
    }, { npx: 'echo "$@"' });
  const good = await deploy(14);
  assert.equal(good.code, 0, good.output);
  assert.match(good.output, /task deploy --plan \.\.\/plan-app-qa\/bundle --yes/);
  const stale = await deploy(12);
  assert.equal(stale.code, 1);
  assert.match(stale.output, /Issue 12 approves another plan: the newest one is that of issue 14/);
  assert.doesNotMatch(stale.output, /task deploy/);
});

Deno.test("a missing digest stops the deployment before it starts", async () => {
  const image = {
    get: { get: "app-image", passed: ["build-app"] },
    repository: "org/app",
    configKey: "image",
  };
  const [first] = pulumiJobsChain({ project: "app", stages: STAGES, images: [image] }).jobs!;
  const npx = { npx: 'echo "$@"' };
  const missing = await runTask(first, "deploy", {}, npx);
  assert.notEqual(missing.code, 0);
  assert.doesNotMatch(missing.output, /task deploy/);
  const found = await runTask(first, "deploy", { "app-image/digest": "sha256:abc" }, npx);
  assert.ok(found.output.includes(`--set image={"repository":"org/app","digest":"sha256:abc"}`));
});

Deno.test("dependencies keep to themselves: nothing given is changed, no chain sees another's", () => {
  const dependency: GetStep = { get: "upstream", trigger: true };
  const options = { project: "app", stages: STAGES, dependencies: [dependency] };
  const first = pulumiJobsChain(options);
  assert.deepEqual(pulumiJobsChain(options), first);
  assert.deepEqual(dependency, { get: "upstream", trigger: true });
  assert.deepEqual(first.jobs!.map((job) => gets(job).at(-1)), [
    { get: "upstream", trigger: true },
    { get: "upstream", trigger: false, passed: ["deploy-app-ci"] },
    { get: "upstream", trigger: false, passed: ["deploy-app-qa"] },
  ]);
});

Deno.test("whatever the options: names are unique, the schema holds, every passed can be met", () => {
  const stages = fc.subarray([...STAGES], { minLength: 1 });
  const options = fc.record({
    project: fc.constant("app"),
    stages,
    topology: fc.constantFrom("deploy-chained" as const, "preview-gated" as const),
    bucket: fc.constant("plans"),
    dependencies: fc.subarray([{ get: "a", trigger: true }, { get: "b" }]),
  }, { requiredKeys: ["project", "stages", "bucket"] });
  const extras = fc.record({
    gate: fc.constant(gate),
    alerts: fc.constant(slackNotification()),
  }, { requiredKeys: [] });
  fc.assert(fc.property(options, extras, (base, extra) => {
    const { jobs = [], resources = [] } = pulumiJobsChain({ ...base, ...extra });
    const seen = new Map<string, Job>();
    const known = [...resources, gitRepo("infrastructure", { uri: "u" })].map(({ name }) => name);
    for (const job of jobs) {
      assert.ok(Job.safeParse(job).success);
      assert.ok(!seen.has(job.name));
      for (const step of gets(job)) {
        assert.ok([...known, "a", "b"].includes(step.get!));
        for (const passed of step.passed ?? []) {
          const plan = seen.get(passed)!.plan;
          assert.ok(
            plan.some((one) =>
              ("get" in one && one.get === step.get) || ("put" in one && one.put === step.get)
            ),
          );
        }
      }
      seen.set(job.name, job);
    }
  }));
});
