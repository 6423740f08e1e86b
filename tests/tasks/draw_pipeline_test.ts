import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/draw_pipeline.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

Deno.test("a rendered pipeline is drawn by its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/a/xqwatcher.svg`;
    const { code, stdout } = await runWith(task, ["xqwatcher", "--svg", file]);
    assert.equal(code, Exit.Ok);
    assert.match(stdout, /xqwatcher\.svg: \d+ nodes$/);
    assert.match(await Deno.readTextFile(file), />deploy&#45;xqwatcher&#45;production<\/text>/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("any file is drawn, to stdout", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, "jobs: [{name: only, plan: []}]\n");
    const { code, stdout } = await runWith(task, [file]);
    assert.equal(code, Exit.Ok);
    assert.match(stdout, />only<\/text>/);
    await Deno.writeTextFile(file, "steps: []\n");
    const { code: failed, stderr } = await runWith(task, [file]);
    assert.equal(failed, Exit.Failed);
    assert.match(stderr, /is no pipeline: it has no jobs/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a file is read as Concourse reads it, vars filled in", async () => {
  const vars = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(vars, "trigger: true\n");
    const stdin = [
      "base: &base {type: git, source: {}}",
      "resources: [{<<: *base, name: code}]",
      "jobs: [{NAME: only, plan: [{get: code, trigger: ((trigger))}]}]",
    ].join("\n");
    const words = ["-", "--json", "--load-vars-from", vars];
    const { stdout, stderr } = await runWith(task, words, fakeIo({ stdin }));
    assert.deepEqual(JSON.parse(stdout).edges, [
      { from: "resource:code", to: "job:only", kind: "get", trigger: true },
    ]);
    assert.equal(stderr, "");
  } finally {
    await Deno.remove(vars);
  }
});

Deno.test("what Concourse refuses is drawn with a note, what it cannot decode is refused", async () => {
  const draw = (stdin: string) => runWith(task, ["-"], fakeIo({ stdin }));
  const odd = await draw("jobs: [{name: a, plan: [{get: x}]}, {name: b}]");
  assert.equal(odd.code, Exit.Ok);
  assert.match(odd.stdout, />b<\/text>/);
  assert.match(odd.stderr, /refuse it: stdin:1:\d+: .*unknown resource 'x'$/);
  const broken = await draw("jobs: [{name: a, plan: [{aggregate: []}]}]");
  assert.equal(broken.code, Exit.Failed);
  assert.match(broken.stderr, /^error: stdin:1:25: jobs\[0\]\.plan\[0\]: no step configured$/);
});

Deno.test("an unknown name is a usage error", async () => {
  const { code, stderr } = await runWith(task, ["xqwatchr"]);
  assert.equal(code, Exit.Usage);
  assert.match(stderr, /did you mean "xqwatcher"/);
});
