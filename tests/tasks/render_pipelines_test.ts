import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/render_pipelines.ts";
import { runWith } from "tests/support/io.ts";

Deno.test("what is committed is what the manifests imply", async () => {
  const { code, stdout } = await runWith(task, ["--check"]);
  assert.equal(code, Exit.Ok, `${stdout}: run deno task render-pipelines`);
});

Deno.test("files are written, compared and repaired, and what others have there stays", async () => {
  const out = await Deno.makeTempDir();
  try {
    const run = (...words: string[]) => runWith(task, ["--out", out, ...words]);
    assert.equal((await run("--check")).code, Exit.Pending);
    assert.equal((await run()).code, Exit.Ok);
    assert.equal((await run("--check")).code, Exit.Ok);

    const file = `${out}/xqwatcher.yaml`;
    const good = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, good.replace("main", "other"));
    const others = [`${out}/gone.yaml`, `${out}/notes.txt`];
    for (const path of others) await Deno.writeTextFile(path, "jobs: []\n");
    const { code, stdout } = await run("--check");
    assert.equal(code, Exit.Pending);
    assert.match(stdout, /^change .*xqwatcher\.yaml\n\d+ pipelines, 1 out of date/);

    assert.equal((await run("--only", "network")).code, Exit.Ok);
    assert.notEqual(await Deno.readTextFile(file), good, "--only leaves the others alone");
    assert.equal((await run()).code, Exit.Ok);
    assert.equal(await Deno.readTextFile(file), good);
    for (const path of others) assert.ok((await Deno.stat(path)).isFile);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("--diff shows items and lines, and writes nothing", async () => {
  const out = await Deno.makeTempDir();
  try {
    await runWith(task, ["--out", out]);
    const file = `${out}/meta.yaml`;
    const good = await Deno.readTextFile(file);
    const other = good.replace("serial: true", "serial: false").replace("git\n", "svn\n");
    await Deno.writeTextFile(file, other);
    const { code, stdout } = await runWith(task, ["--out", out, "--diff"]);
    assert.equal(code, Exit.Pending);
    assert.match(stdout, /^change meta\.yaml\n~ resource infrastructure\n/);
    assert.match(stdout, /\n {4}- type: svn\n {4}\+ type: git\n/);
    assert.match(stdout, /\n~ job set-pipelines\n/);
    assert.equal(await Deno.readTextFile(file), other);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("as JSON the files hold the same pipelines", async () => {
  const out = await Deno.makeTempDir();
  try {
    const { code } = await runWith(task, ["--out", out, "--format", "json", "--only", "meta"]);
    assert.equal(code, Exit.Ok);
    const names = (await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name);
    assert.deepEqual(names, ["meta.json"]);
    const pipeline = JSON.parse(await Deno.readTextFile(`${out}/meta.json`));
    assert.deepEqual(
      pipeline,
      parseYaml(await Deno.readTextFile(`${ROOT}/pipelines/rendered/meta.yaml`), "meta.yaml"),
    );
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("an unknown pipeline is a usage error", async () => {
  const { code, stderr } = await runWith(task, ["--only", "xqwatchr"]);
  assert.equal(code, Exit.Usage);
  assert.match(stderr, /did you mean "xqwatcher"/);
});
