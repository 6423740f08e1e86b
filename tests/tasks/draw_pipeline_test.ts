import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/draw_pipeline.ts";
import { runWith } from "tests/support/io.ts";

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
    assert.match(stderr, /is no pipeline: it has no list of jobs/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("an unknown name is a usage error", async () => {
  const { code, stderr } = await runWith(task, ["xqwatchr"]);
  assert.equal(code, Exit.Usage);
  assert.match(stderr, /did you mean "xqwatcher"/);
});
