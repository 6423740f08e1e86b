/** The command lines of secret-map, check-secrets, edit-secret, new-secret and rotate-keys. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { exec } from "lib/cli/exec.ts";
import { Exit, type Task } from "lib/cli/task.ts";
import { task as check } from "tasks/check_secrets.ts";
import { task as edit } from "tasks/edit_secret.ts";
import { task as map } from "tasks/map_secrets.ts";
import { task as make } from "tasks/new_secret.ts";
import { task as rotate } from "tasks/rotate_keys.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

const FILE = "xqwatcher grader-config";

const refused: [task: Task, words: string, says: RegExp][] = [
  [map, "--context xqwatchr", /Unknown context "xqwatchr": did you mean "xqwatcher"\?/],
  [map, "--env prod", /--env "prod" is not one of ci, qa, production/],
  [check, "--staged --install-hook", /--install-hook goes without --staged/],
  [edit, `${FILE}`, /--env is required/],
  [edit, "xqwatcher --env ci", /NAME is required/],
  [edit, `${FILE} --env ci`, /There is no terminal for an editor: use --set or --unset/],
  [edit, `${FILE} --env ci --set a --unset b`, /--set and --unset exclude each other/],
  [edit, `${FILE} --env ci --unset b --as-json`, /--as-json goes with --set/],
  [edit, "xqwatcher grader --env ci --unset a", /does not name "grader"/],
  [make, `${FILE} --env ci`, /There is no terminal for an editor: use --stdin/],
  [rotate, "--context nosuch --env ci", /Unknown context "nosuch"/],
];

for (const [task, words, says] of refused) {
  Deno.test(`${task.name} ${words} is a usage error`, async () => {
    const { code, stderr, stdout } = await runWith(task, words.split(" "));
    assert.equal(code, Exit.Usage);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  });
}

const failing: [task: Task, words: string, stdin: string, says: RegExp][] = [
  [make, `${FILE} --env ci --stdin`, "a: canary", /grader-config\.ci\.yaml: is there already/],
  [make, `${FILE} --env ci --stdin`, "- canary", /stdin:1: holds no mapping/],
  [make, `${FILE} --env ci --stdin`, "a: 'canary", /stdin:1: is not YAML/],
  [edit, `${FILE} --env ci --set xqueue_username`, "", /stdin is empty/],
  [edit, `${FILE} --env ci --set connections --as-json`, "canary", /stdin is not JSON/],
];

for (const [task, words, stdin, says] of failing) {
  Deno.test(`${task.name} ${words} < "${stdin}" fails without a word of it`, async () => {
    const { code, stderr, stdout } = await runWith(task, words.split(" "), fakeIo({ stdin }));
    assert.equal(code, Exit.Failed);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr + stdout, /canary/);
  });
}

Deno.test("secret-map joins file, stacks, pipeline and Vault path", async () => {
  const { code, stdout } = await runWith(map, ["--context", "xqwatcher", "--env", "ci", "--json"]);
  assert.equal(code, Exit.Ok);
  const [secret] = JSON.parse(stdout).secrets;
  assert.equal(secret.file, "secrets/xqwatcher/grader-config.ci.yaml");
  assert.equal(secret.vaultPath, "secret-xqwatcher/grader-config");
  assert.ok(secret.stacks.includes("ol-application-xqwatcher:CI"));
  assert.deepEqual(secret.pipelines, ["xqwatcher"]);
});

Deno.test("rotate-keys says what it would do, and needs no key for that", async () => {
  const { code, stdout } = await runWith(rotate, ["--context", "xqwatcher", "--env", "qa"]);
  assert.equal(code, Exit.Pending);
  assert.equal(
    stdout,
    "secrets/xqwatcher/grader-config.qa.yaml  new data key\n1 file to rotate: --apply",
  );
});

// With the permissions that deno.json grants.
for (
  const [words, code] of [["check-secrets", 0], ["secret-map", 0], [
    "rotate-keys --env ci",
    3,
  ]] as const
) {
  Deno.test(`deno task ${words} works with the permissions it has`, async () => {
    const args = ["task", "--quiet", ...words.split(" ")];
    const result = await exec(Deno.execPath(), args, { cwd: ROOT });
    assert.equal(result.code, code, result.stderr);
  });
}
