import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/import_pipeline.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

const YAML = "jobs: [{name: a, plan: [], serial: ((serial))}]\n";
const WANTED = `import { definePipeline } from "lib/concourse/mod.ts";

export default definePipeline({ jobs: [{ name: "a", serial: true, plan: [] }] });
`;

Deno.test("a file becomes a definition, formatted; one that is there is kept", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/in.yml`, YAML);
    await Deno.writeTextFile(`${folder}/vars.yml`, "serial: true\n");
    const words = [
      `${folder}/in.yml`,
      "--load-vars-from",
      `${folder}/vars.yml`,
      "--out",
      `${folder}/a.ts`,
    ];
    const first = await runWith(task, words);
    assert.equal(first.code, Exit.Ok, first.stderr);
    assert.equal(first.stdout, `${folder}/a.ts`);
    assert.equal(await Deno.readTextFile(`${folder}/a.ts`), WANTED);
    const again = await runWith(task, words);
    assert.equal(again.code, Exit.Failed);
    assert.match(again.stderr, /is there already: pass --force/);
    assert.equal((await runWith(task, [...words, "--force"])).code, Exit.Ok);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stdin becomes a definition on stdout; what is wrong has its place", async () => {
  const good = await runWith(task, ["-"], fakeIo({ stdin: YAML.replace("((serial))", "true") }));
  assert.equal(`${good.stdout}\n`, WANTED);
  const bad = await runWith(task, ["-"], fakeIo({ stdin: YAML }));
  assert.equal(bad.code, Exit.Failed);
  assert.match(bad.stderr, /^error: stdin:1:\d+: jobs\[0\]\.serial: expected true or false/);
});
