import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/set_pipelines.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

/** A stand-in for `fly`: notes how it is called, and answers as told. */
const FLY = `#!/bin/sh
here=$(dirname "$0")
printf '%s\\n' "$*" >> "$here/calls"
case "$3" in
pipelines) cat "$here/list.json" ;;
set-pipeline)
  case "$*" in
  *--pipeline\\ same*) echo "no changes to apply" ;;
  *--pipeline\\ broken*) echo "error: invalid pipeline config:" >&2; exit 1 ;;
  *) printf 'jobs:\\n  job \\033[33ma\\033[0m has changed:\\n' ;;
  esac ;;
esac
`;

interface Setup {
  readonly files?: readonly string[];
  readonly list?: readonly Record<string, unknown>[];
  readonly answer?: boolean;
}

/** Runs the task against the stand-in; `calls` is how `fly` was called, without its global flags. */
async function set(words: readonly string[], setup: Setup = {}) {
  const folder = await Deno.makeTempDir();
  try {
    const { files = ["new", "same", "other"], list = LIST } = setup;
    await Deno.writeTextFile(`${folder}/fly`, FLY, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/list.json`, JSON.stringify(list));
    await Deno.mkdir(`${folder}/rendered`);
    for (const name of files) {
      await Deno.writeTextFile(`${folder}/rendered/${name}.yaml`, "jobs: []\n");
    }
    const io = fakeIo({ env: { FLY: `${folder}/fly`, FLY_TARGET: "ci" }, answer: setup.answer });
    const result = await runWith(task, ["--from", `${folder}/rendered`, ...words], io);
    const text = await Deno.readTextFile(`${folder}/calls`).catch(() => "");
    const calls = text.trim().split("\n").map((line) => line.replaceAll(folder, ""));
    return { ...result, calls };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const one = (name: string, more: Record<string, unknown> = {}) => ({
  id: 1,
  name,
  paused: false,
  public: false,
  archived: false,
  team_name: "main",
  ...more,
});
const LIST = [
  one("same"),
  one("other", { paused: true }),
  one("theirs"),
  one("gone", { archived: true }),
];
const setsOf = (calls: readonly string[]) =>
  calls.filter((call) => call.includes("--non-interactive")).map((call) =>
    /--pipeline (\S+)/.exec(call)![1]
  );

Deno.test("--dry-run shows what fly says, sets nothing, and says by its code that something would change", async () => {
  const { code, stdout, calls } = await set(["--dry-run"]);
  assert.equal(code, Exit.Pending);
  assert.deepEqual(calls, [
    "--target ci pipelines --include-archived --json",
    "--target ci set-pipeline --pipeline new --config /rendered/new.yaml --no-color --dry-run",
    "--target ci set-pipeline --pipeline other --config /rendered/other.yaml --no-color --dry-run",
    "--target ci set-pipeline --pipeline same --config /rendered/same.yaml --no-color --dry-run",
  ]);
  assert.match(stdout, /^== new\njobs:\n {2}job a has changed:\n\n== other\n/);
  assert.match(stdout, /^new +absent +create$/m);
  assert.match(stdout, /^other +paused +change$/m);
  assert.match(stdout, /^same +running +up to date$/m);
  assert.match(stdout, /^Not in the repository: theirs$/m);
});

Deno.test("confirmed, what differs is set, and nothing else", async () => {
  const confirmed = await set([], { answer: true });
  assert.equal(confirmed.code, Exit.Ok);
  assert.deepEqual(setsOf(confirmed.calls), ["new", "other"]);
  const refused = await set([], { answer: false });
  assert.equal(refused.code, Exit.Usage);
  assert.deepEqual(setsOf(refused.calls), []);
});

Deno.test("named ones only, of a team, with values from files, checked", async () => {
  const { code, calls } = await set(
    ["new", "--yes", "--team", "infra", "--load-vars-from", "/vars.yaml", "--check-creds"],
  );
  assert.equal(code, Exit.Ok);
  assert.equal(
    calls.at(-1),
    "--target ci set-pipeline --pipeline new --config /rendered/new.yaml --no-color " +
      "--load-vars-from /vars.yaml --check-creds --non-interactive --team infra",
  );
  assert.equal(calls.length, 3);
});

Deno.test("an archived pipeline is reported, and set again", async () => {
  const { code, stdout, calls } = await set(["--yes"], { files: ["gone", "same"] });
  assert.equal(code, Exit.Ok);
  assert.match(stdout, /^gone +archived +restore$/m);
  assert.deepEqual(setsOf(calls), ["gone"]);
});

Deno.test("--unpause starts what is paused or was created; --pause stops what runs", async () => {
  const started = await set(["--yes", "--unpause"]);
  assert.deepEqual(
    started.calls.filter((call) => call.includes("pause-pipeline")),
    ["new", "other"].map((name) => `--target ci unpause-pipeline --pipeline ${name}`),
  );
  const stopped = await set(["--yes", "--pause", "same"]);
  assert.deepEqual(stopped.calls.at(-1), "--target ci pause-pipeline --pipeline same");
  assert.deepEqual(setsOf(stopped.calls), []);
});

Deno.test("nothing to do asks nothing and is success, as a dry run too", async () => {
  for (const words of [["same"], ["same", "--dry-run"], ["same", "--unpause"]]) {
    const { code, calls } = await set(words);
    assert.equal(code, Exit.Ok, words.join(" "));
    assert.equal(calls.length, 2);
  }
});

Deno.test("what fly refuses ends it before anything is set", async () => {
  const { code, stderr, calls } = await set(["--yes"], { files: ["broken", "new"] });
  assert.equal(code, Exit.Failed);
  assert.match(stderr, /fly set-pipeline failed on target "ci": error: invalid pipeline config:/);
  assert.deepEqual(setsOf(calls), []);
});

Deno.test("a pipeline that a job sets, too, is marked; instances are none of ours", async () => {
  const { stdout } = await set(["other", "--dry-run"], {
    list: [one("other", { parent_job_id: 7 }), one("x", { instance_vars: { a: 1 } })],
  });
  assert.match(stdout, /^other +running +change +\(a job sets it, too\)$/m);
  assert.doesNotMatch(stdout, /Not in the repository/);
});

Deno.test("wrong words are usage errors", async () => {
  assert.equal((await set(["--pause", "--unpause"])).code, Exit.Usage);
  const unknown = await set(["sme"]);
  assert.equal(unknown.code, Exit.Usage);
  assert.match(unknown.stderr, /did you mean "same"/);
  const io = fakeIo();
  assert.equal((await runWith(task, [], io)).code, Exit.Usage);
  assert.match(io.stderr.join("\n"), /pass --target or set FLY_TARGET/);
});

Deno.test("a folder without pipelines says how they are made", async () => {
  const { code, stderr } = await set([], { files: [] });
  assert.equal(code, Exit.Failed);
  assert.match(stderr, /holds no pipelines: run deno task render-pipelines/);
});
