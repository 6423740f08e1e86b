import assert from "node:assert/strict";
import { type InlineTaskStep, TaskStep } from "lib/concourse/model/mod.ts";
import { inGroups } from "lib/concourse/groups.ts";
import { notify, withAlerts } from "lib/concourse/notifications.ts";
import { slackNotification } from "lib/concourse/resources/mod.ts";
import { afterJobs, gets, inParallel } from "lib/concourse/steps.ts";
import {
  awaitInstanceRefreshTask,
  containerBuildTask,
  instanceRefreshTask,
  repositoryTask,
} from "lib/concourse/tasks/mod.ts";

/** Runs a task's script with stand-ins for the programs that it calls. */
async function runScript(
  { config }: InlineTaskStep,
  programs: Readonly<Record<string, string>>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, body] of Object.entries(programs)) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    const { code, stdout, stderr } = await new Deno.Command(config.run.path, {
      args: [...config.run.args!],
      cwd: folder,
      env: { ...config.params as Record<string, string>, PATH: `${folder}:/usr/bin:/bin` },
      clearEnv: true,
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Answers the search for groups, then does something else. */
const aws = (groups: string, rest: string) =>
  `case $2 in describe-auto-scaling-groups) printf '%s\\n' "$@" >&2; echo "${groups}" ;; *) ${rest} ;; esac`;

Deno.test("an instance refresh is started for the one group that has the tags", async () => {
  const task = instanceRefreshTask({ app: "vault; echo x", env: "qa" });
  const done = await runScript(task, { aws: aws("vault-qa", `echo "$@"`) });
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stdout,
    /^autoscaling start-instance-refresh --auto-scaling-group-name vault-qa /,
  );
  assert.match(done.stderr, /^Name=tag:app,Values=vault; echo x$/m, "a value is never code");
  const two = await runScript(task, { aws: aws("a b", "exit 9") });
  assert.equal(two.code, 1);
  assert.match(two.stderr, /Expected one group, found 2: a b/);
});

Deno.test("a refresh that goes on already is no failure; anything else is", async () => {
  const task = instanceRefreshTask({ app: "vault" });
  const fails = (message: string) => ({ aws: aws("g", `echo "${message}" >&2; exit 254`) });
  assert.equal((await runScript(task, fails("An error (InstanceRefreshInProgress)"))).code, 0);
  assert.notEqual((await runScript(task, fails("AccessDenied"))).code, 0);
});

Deno.test("the end of a refresh is awaited, and is the task's", async () => {
  const task = awaitInstanceRefreshTask({ app: "vault" });
  const steps = (last: string) => ({
    aws: aws("g", `[ -f waited ] && echo ${last} || echo InProgress`),
    sleep: "touch waited",
  });
  assert.equal((await runScript(task, steps("Successful"))).code, 0);
  const failed = await runScript(task, steps("RollbackSuccessful"));
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /ended as RollbackSuccessful/);
});

Deno.test("a task of this repository sets its engines up first", () => {
  const { config } = repositoryTask("t", ["deploy", "drift"], {
    engines: ["pulumi"],
    inputs: ["i"],
  });
  const script = config.run.args![1];
  assert.match(script, /task setup pulumi --plugins\n.* task deploy\n.* task drift\n$/);
  assert.deepEqual(config.inputs, [{ name: "infrastructure" }, { name: "i" }]);
  assert.ok(TaskStep.safeParse(containerBuildTask("source")).success);
});

Deno.test("alerts come after the hooks that a job has, which is not changed", () => {
  const slack = slackNotification();
  const job = { name: "a", plan: [], on_failure: { put: "x" } } as const;
  const before = structuredClone(job);
  const alerted = withAlerts(job, slack);
  assert.deepEqual(alerted.on_failure, { do: [{ put: "x" }, notify(slack, "failed")] });
  assert.deepEqual(alerted.on_abort, notify(slack, "aborted"));
  assert.deepEqual(job, before);
});

Deno.test("gets, later gets and steps at once", () => {
  const first = gets(["a", "b"], { trigger: true });
  assert.deepEqual(afterJobs(first, ["build"], false), [
    { get: "a", trigger: false, passed: ["build"] },
    { get: "b", trigger: false, passed: ["build"] },
  ]);
  assert.deepEqual(first, [{ get: "a", trigger: true }, { get: "b", trigger: true }]);
  assert.deepEqual(inParallel(first[0]), first[0]);
  assert.deepEqual(inParallel(...first), { in_parallel: first });
});

Deno.test("each fragment is a tab, after one that shows all", () => {
  const combined = inGroups({
    build: { jobs: [{ name: "a", plan: [] }] },
    deploy: { jobs: [{ name: "b", plan: [] }], resources: [slackNotification()] },
  });
  assert.deepEqual(combined.groups, [
    { name: "all", jobs: ["a", "b"], resources: ["slack"] },
    { name: "build", jobs: ["a"] },
    { name: "deploy", jobs: ["b"], resources: ["slack"] },
  ]);
  assert.deepEqual(combined.jobs?.map(({ name }) => name), ["a", "b"]);
});
