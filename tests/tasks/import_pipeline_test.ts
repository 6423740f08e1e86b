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

Deno.test("bad input gets one clear message, and nothing is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const large = await Deno.create(`${folder}/large`);
    await large.truncate(50 * 1024 * 1024);
    large.close();
    const rows: [name: string, content: string | Uint8Array | undefined, message: RegExp][] = [
      [".", undefined, /\/\.: is a directory, expected a file$/],
      ["large", undefined, /has 50\.0 MB, a pipeline may have 16\.0 MB here$/],
      ["missing", undefined, /missing: no such file$/],
      ["text", "just a sentence\n", /text:1:1: expected a mapping at the top, found text$/],
      ["broken", "jobs: [\n", /broken:2:1: did not find expected node content$/],
      ["binary", new Uint8Array([0x7f, 0x45, 0]), /binary:1:1: control characters .*U\+007F$/],
      ["latin1", new Uint8Array([0x61, 0xe9]), /latin1: not text: the bytes are not UTF-8$/],
      ["cyclic", "a: &a [*a]\n", /cyclic:1:8: anchor 'a' value contains itself$/],
      ["twice", "jobs: []\njobs: []\n", /twice:2:1: mapping key "jobs" already defined at line 1$/],
      ["empty", "", /jobs: pipeline must contain at least one job$/],
    ];
    for (const [name, content, message] of rows) {
      const file = `${folder}/${name}`;
      if (content !== undefined) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        await Deno.writeFile(file, bytes);
      }
      const { code, stderr, stdout } = await runWith(task, [file, "--out", `${folder}/out.ts`]);
      assert.equal(code, Exit.Failed, name);
      assert.match(stderr, message, name);
      assert.equal(stderr.split("\n").length, 1, `${name}: one message`);
      assert.equal(stdout, "", name);
      await assert.rejects(Deno.stat(`${folder}/out.ts`), Deno.errors.NotFound);
    }
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
