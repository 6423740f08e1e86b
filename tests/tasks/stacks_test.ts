/** The command lines of deploy, destroy, preview, drift and pulumi: what they refuse, and offline runs. */
import assert from "node:assert/strict";
import { Exit, type Task } from "lib/cli/task.ts";
import { task as deploy } from "tasks/deploy_stacks.ts";
import { task as destroy } from "tasks/destroy_stacks.ts";
import { task as preview } from "tasks/preview_stacks.ts";
import { task as pulumi } from "tasks/run_pulumi.ts";
import { engineTest } from "tests/support/engine.ts";
import { runWith } from "tests/support/io.ts";

const refused: [task: Task, words: string, says: RegExp][] = [
  [deploy, "nosuch --sandbox", /Unknown project "nosuch": there are .*network, .*xqwatcher/],
  [deploy, "xqwatchr --sandbox", /Unknown project "xqwatchr": did you mean "xqwatcher"\?/],
  [deploy, "--sandbox --env prod", /--env "prod" is not one of ci, qa, production/],
  [deploy, "--sandbox --stack CJ", /Unknown stack "CJ": did you mean "CI"\?/],
  [deploy, "--sandbox --stack QA", /No stack matches/],
  [deploy, "--sandbox --parallel 0", /--parallel: /],
  [deploy, "--sandbox --set a=b", /--set goes with exactly one project/],
  [deploy, "xqwatcher --sandbox --set replicas", /--set "replicas" is no KEY=VALUE/],
  [deploy, "xqwatcher --sandbox --set a=1 --set a=2", /--set a is given twice/],
  [deploy, "--engine offline", /--engine goes with --sandbox/],
  [destroy, "--yes", /Name the projects to destroy/],
  [preview, "--sandbox", /--sandbox goes with --engine pulumi/],
  [preview, "--limit a=1", /--limit goes with --engine pulumi/],
  [deploy, "--sandbox --limit aws:us-est-1=2", /no project is of class aws:us-est-1: did you mean/],
  [deploy, "--sandbox --apply-kubernetes", /--apply-kubernetes goes with --kubernetes/],
  [deploy, "--resume --env qa", /--resume selects by itself: name no project, --env/],
  [deploy, "--plan plans/ci --env qa", /--plan selects by itself/],
  [pulumi, "network", /STACK is required/],
  [pulumi, "network CI", /Say what to run after --/],
];

for (const [task, words, says] of refused) {
  Deno.test(`${task.name} ${words} is a usage error`, async () => {
    const { code, stderr, stdout } = await runWith(task, words.split(" "));
    assert.equal(code, Exit.Usage);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  });
}

const real: [words: string[], says: RegExp][] = [
  [["up", "--yes"], /pulumi up in a sandbox would use real providers: run deno task deploy/],
  [["--logtostderr", "refresh"], /pulumi refresh in a sandbox/],
  [["config", "set", "a", "b"], /A sandbox has a copy of the configuration/],
];

for (const [words, says] of real) {
  engineTest("pulumi", `pulumi ${words.join(" ")} is refused in a sandbox`, async () => {
    const argv = ["network", "CI", "--sandbox", "--", ...words];
    const { code, stderr } = await runWith(pulumi, argv);
    assert.equal(code, Exit.Usage);
    assert.match(stderr, says);
  });
}

Deno.test("preview shows the fleet in dependency order, and a tree when asked", async () => {
  const { code, stdout } = await runWith(preview, ["--env", "ci", "--tree"]);
  assert.equal(code, Exit.Ok);
  const order = [...stdout.matchAll(/^✔ (\S+)/gm)].map(([, id]) => id);
  assert.ok(order.length >= 2);
  assert.ok(
    order.indexOf("ol-infrastructure-network:CI") < order.indexOf("ol-application-xqwatcher:CI"),
  );
  assert.match(stdout, /├─ ol:network:Vpc applications-ci|└─ ol:network:Vpc applications-ci/);
  assert.match(stdout, /kubernetes:apps\/v1:Deployment xqwatcher/);
});

Deno.test("--set stands in place of the file's key, and is checked like it", async () => {
  const run = (value: string) =>
    runWith(deploy, ["xqwatcher", "--sandbox", "--engine", "offline", "--json", "--set", value]);
  const digest = `sha256:${"0".repeat(64)}`;
  const good = await run(`image={"repository":"mitodl/xqueue-watcher","digest":"${digest}"}`);
  assert.equal(good.code, Exit.Ok, good.stderr);
  assert.match(good.stdout, new RegExp(`mitodl/xqueue-watcher@${digest}`));
  const bad = await run('image={"repository":"mitodl/xqueue-watcher"}');
  assert.equal(bad.code, Exit.Failed);
  assert.match(bad.stderr, /ol-application-xqwatcher:image: give either tag or digest/);
});

Deno.test("a sandbox without the CLI is rehearsed offline, and says so", async () => {
  const { code, stdout, stderr } = await runWith(deploy, [
    "--sandbox",
    "--engine",
    "offline",
    "--json",
  ]);
  assert.equal(code, Exit.Ok);
  assert.match(stderr, /Rehearsed offline, as asked/);
  const report = JSON.parse(stdout);
  assert.equal(report.engine, "offline");
  const stacks: string[] = report.stacks.map(({ stack }: { stack: string }) => stack);
  assert.ok(
    stacks.indexOf("ol-infrastructure-network:CI") < stacks.indexOf("ol-application-xqwatcher:CI"),
  );
});
