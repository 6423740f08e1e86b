import assert from "node:assert/strict";
import { task } from "tasks/validate_pipeline.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

const GOOD = "jobs: [{name: j, plan: []}]\n";
const BAD = "resources:\n- {name: r, type: git}\njobs: [{name: j, plan: []}]\n";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const stdin = (text: string) => fakeIo({ stdin: text });

Deno.test("a good pipeline exits 0 and says nothing about itself", async () => {
  const { code, stdout, stderr } = await runWith(task, ["-"], stdin(GOOD));
  assert.deepEqual([code, stdout, stderr], [0, "", "1 pipeline, 0 refused"]);
});

Deno.test("several files: a line each in JSON, with Concourse's texts and their places", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/good.yml`, GOOD);
    await Deno.writeTextFile(`${folder}/bad.yml`, BAD);
    const files = [`${folder}/good.yml`, `${folder}/bad.yml`, "-"];
    const { code, stdout } = await runWith(task, [...files, "--json"], stdin(GOOD));
    assert.equal(code, 1);
    const lines = stdout.split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ file, profile, ok }) => [file, profile, ok]), [
      [files[0], "server", true],
      [files[1], "server", false],
      ["-", "server", true],
    ]);
    assert.deepEqual(lines[1].errors, ["resource 'r' is not used"]);
    assert.deepEqual(lines[1].positions, { errors: [[2, 4]], warnings: [] });
    assert.deepEqual(Object.keys(lines[0]).slice(0, 6), [
      "file",
      "profile",
      "ok",
      "errors",
      "warnings",
      "lints",
    ]);
  });
});

Deno.test("text has file, line and column before each finding", async () => {
  const { code, stdout } = await runWith(task, ["-"], stdin(BAD));
  assert.equal(code, 1);
  assert.equal(stdout, "-:2:4: error: resource 'r' is not used");
});

Deno.test("a var in the old form is told as such", async () => {
  const { stdout } = await runWith(task, ["-"], stdin("jobs: [{name: {{name}}, plan: []}]\n"));
  assert.equal(
    stdout,
    "-:1:16: error: invalid map key: a mapping: {{name}} is no var any more, write ((name))",
  );
  const other = await runWith(task, ["-"], stdin("jobs:\n? {a: b, c: d}\n: 1\n"));
  assert.match(other.stdout, /invalid map key: a mapping$/);
});

Deno.test("a profile says what its Concourse says", async () => {
  const yaml = "jobs: [{name: j, bogus: 1, plan: []}]\nextra: 1\n";
  for (
    const [profile, code] of [["fly", 0], ["server", 1], ["fly-strict", 1]] as const
  ) {
    const result = await runWith(task, ["-", "--profile", profile], stdin(yaml));
    assert.equal(result.code, code, profile);
  }
});

Deno.test("vars: pairs win over files, later files over earlier ones", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.yml`, "a: from-a\nb: from-a\n");
    await Deno.writeTextFile(`${folder}/b.yml`, "b: from-b\nc: from-b\n");
    const yaml = "jobs: [{name: ((a))-((b))-((c)), plan: [{get: ((c))}]}]\n";
    const { stdout } = await runWith(task, [
      "-",
      "--var",
      "c=from-flag",
      "--load-vars-from",
      `${folder}/a.yml`,
      "--load-vars-from",
      `${folder}/b.yml`,
    ], stdin(yaml));
    assert.match(stdout, /jobs\.from-a-from-b-from-flag\.plan/);
    assert.match(stdout, /unknown resource 'from-flag'/);
  });
});

Deno.test("a var of YAML keeps its type, and its fields can be set one by one", async () => {
  const yaml = "jobs: [{name: ((j.name)), serial: ((s)), plan: []}]\n";
  const given = ["--yaml-var", "s=true", "--var", "j.name=x"];
  assert.equal((await runWith(task, ["-", ...given], stdin(yaml))).code, 0);
  const text = ["--var", "s=true", "--var", "j.name=x"];
  const refused = await runWith(task, ["-", ...text], stdin(yaml));
  assert.match(refused.stdout, /jobs\[0\]\.serial: expected true or false, found the text "true"/);
});

Deno.test("the value of a malformed var is not shown", async () => {
  const { code, stderr } = await runWith(task, ["-", "--var", "hunter2"], stdin(GOOD));
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, /hunter2/);
});

Deno.test("bad input gets one clear message and exit 1", async () => {
  await inFolder(async (folder) => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 10; at++) {
      const [name, before] = [97 + at, 96 + at].map((code) => String.fromCharCode(code));
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`);
    }
    await Deno.mkdir(`${folder}/folder`);
    const large = await Deno.create(`${folder}/large`);
    await large.truncate(50 * 1024 * 1024);
    large.close();
    const files: Record<string, Uint8Array | string> = {
      text: "just a sentence\n",
      list: "- a\n- b\n",
      broken: "jobs: [\n",
      binary: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]),
      latin1: new Uint8Array([0x61, 0x3a, 0x20, 0xe9]),
      cyclic: "a: &a [*a]\n",
      bomb: bomb.join("\n"),
      duplicate: "jobs: []\njobs: []\n",
    };
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    const wanted: Record<string, RegExp> = {
      text: /:1:1: error: expected a mapping at the top, found text$/,
      list: /:1:1: error: expected a mapping at the top, found a list$/,
      broken: /:2:1: error: did not find expected node content$/,
      binary: /:1:1: error: control characters are not allowed: U\+007F$/,
      latin1: /latin1: error: not text: the bytes are not UTF-8$/,
      cyclic: /:1:8: error: anchor 'a' value contains itself$/,
      bomb: /: error: document contains excessive aliasing$/,
      duplicate: /:2:1: error: mapping key "jobs" already defined at line 1$/,
      folder: /folder: error: is a directory, expected a file$/,
      large: /large: error: has 50\.0 MB, a pipeline may have 16\.0 MB here$/,
      missing: /missing: error: no such file$/,
    };
    for (const [name, message] of Object.entries(wanted)) {
      const { code, stdout } = await runWith(task, [`${folder}/${name}`]);
      assert.equal(code, 1, name);
      assert.match(stdout, message, name);
      assert.equal(stdout.split("\n").length, 1, `${name}: one message`);
    }
  });
});

Deno.test({
  name: "what has no end is not read to the end",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { code, stdout } = await runWith(task, ["/dev/zero"]);
    assert.equal(code, 1);
    assert.equal(stdout, "/dev/zero: error: has no end within 16.0 MB: not read");
  },
});

Deno.test("lints are listed, turned off, and fail only when told", async () => {
  const yaml = "resources: [{name: r, type: gti}]\njobs: [{name: j, plan: [{get: r}]}]\n";
  const list = await runWith(task, ["--list-lints"]);
  assert.match(list.stdout, /^unknown-resource-type \(warning\): /m);
  const found = await runWith(task, ["-"], stdin(yaml));
  assert.equal(found.code, 0, "the exit code follows Concourse");
  assert.match(
    found.stdout,
    /lint warning: unknown resource type 'gti'.*\[unknown-resource-type\]$/,
  );
  const failing = await runWith(task, ["-", "--fail-on", "warning"], stdin(yaml));
  assert.equal(failing.code, 1);
  assert.equal((await runWith(task, ["-", "--fail-on", "error"], stdin(yaml))).code, 0);
  const off = await runWith(task, ["-", "--no-lint", "unknown-resource-type"], stdin(yaml));
  assert.equal(off.stdout, "");
  assert.equal((await runWith(task, ["-", "--no-lint", "all"], stdin(yaml))).stdout, "");
});

Deno.test("wrong words are usage errors", async () => {
  for (
    const [argv, message] of [
      [[], /FILE is required/],
      [["-", "--no-lint", "unpined-image"], /not a lint: did you mean "unpinned-image"/],
      [["-", "--profile", "atc"], /--profile "atc" is not one of server, fly, fly-strict/],
    ] as const
  ) {
    const { code, stderr } = await runWith(task, [...argv]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
