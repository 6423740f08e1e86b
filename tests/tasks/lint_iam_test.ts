import assert from "node:assert/strict";
import { runWith } from "tests/support/io.ts";
import { task } from "tasks/lint_iam.ts";

async function inFolder(
  files: Record<string, string | Uint8Array>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const statement = (change: object = {}) =>
  JSON.stringify(
    {
      Version: "2012-10-17",
      Statement: [{
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::b/*",
        ...change,
      }],
    },
    undefined,
    2,
  );

Deno.test("lint-iam --json prints one line a policy and exits 1 when one fails", async () => {
  const files = { "good.json": statement(), "bad.json": statement({ Effect: "allow" }) };
  await inFolder(files, async (folder) => {
    const { code, stdout } = await runWith(task, [
      `${folder}/good.json`,
      `${folder}/bad.json`,
      "--json",
    ]);
    const [good, bad] = stdout.split("\n").map((line) => JSON.parse(line));
    assert.equal(code, 1);
    assert.deepEqual(good, { file: `${folder}/good.json`, ok: true, findings: [] });
    assert.equal(bad.ok, false);
    const { id, severity, path, line, title, detail, remedy } = bad.findings[0];
    assert.deepEqual([id, severity, path, line], ["MALFORMED", "HIGH", "$.Statement[0].Effect", 5]);
    assert([title, detail, remedy].every((text) => typeof text === "string" && text !== ""));
  });
});

Deno.test("lint-iam fails at --fail-on, in either case, and not below it", async () => {
  await inFolder({ "low.json": statement({ Sid: "a b" }) }, async (folder) => {
    const run = async (...flags: string[]) =>
      (await runWith(task, [`${folder}/low.json`, ...flags])).code;
    assert.equal(await run(), 0);
    assert.equal(await run("--fail-on", "LOW"), 1);
    assert.equal(await run("--fail-on", "low"), 1);
    assert.equal(await run("--fail-on", "grave"), 2);
  });
});

/** A fault of the text → the line and column at which it is found. */
const FAULTS: Record<string, [text: string | Uint8Array, line: number, column: number]> = {
  "a byte order mark": [`\uFEFF${statement()}`, 1, 1],
  "a comment": [statement().replace("{\n", "{ // why\n"), 1, 3],
  "a trailing comma": [statement().replace('/*"\n', '/*",\n'), 7, 37],
  "a duplicate key": [
    statement().replace('"Effect"', '"Effect": "Deny", "Effect"'),
    5,
    25,
  ],
  "single quotes": ["{'Version': 1}", 1, 2],
  "a truncated text": [statement().slice(0, 40), 3, 3],
  "an empty file": ["", 1, 1],
  "bytes that are no UTF-8": [new Uint8Array([0x7b, 0xff, 0x7d]), 1, 1],
};

for (const [what, [text, line, column]] of Object.entries(FAULTS)) {
  Deno.test(`lint-iam finds ${what} with its position`, async () => {
    await inFolder({ "policy.json": text }, async (folder) => {
      const { code, stdout } = await runWith(task, [`${folder}/policy.json`, "--json"]);
      assert.equal(code, 1);
      const [finding] = JSON.parse(stdout).findings;
      assert.deepEqual([finding.id, finding.line, finding.column], [
        "MALFORMED_JSON",
        line,
        column,
      ]);
    });
  });
}

Deno.test("lint-iam reads suppressions beside a policy and finds fault with them", async () => {
  const suppression = { id: "NOTRESOURCE_WITH_ALLOW", reason: "by design", expires: "2999-01-01" };
  const policy = statement({ Resource: undefined, NotResource: "arn:aws:s3:::b/*" });
  await inFolder({
    "policy.json": policy,
    "policy.ignore.json": JSON.stringify([suppression]),
  }, async (folder) => {
    assert.equal((await runWith(task, [`${folder}/policy.json`])).code, 0);
    await Deno.writeTextFile(
      `${folder}/policy.ignore.json`,
      JSON.stringify([suppression, { ...suppression, id: "RESOURCE_STAR" }]),
    );
    const { stdout } = await runWith(task, [`${folder}/policy.json`]);
    assert.match(stdout, /SUPPRESSION_UNUSED at \$\.ignore\[1\]/);
  });
});

Deno.test("lint-iam says which file is missing and lints the others", async () => {
  await inFolder({ "good.json": statement() }, async (folder) => {
    const { code, stdout, stderr } = await runWith(task, [
      `${folder}/none.json`,
      `${folder}/good.json`,
      "--json",
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /none\.json: no such file/);
    assert.equal(JSON.parse(stdout).ok, true);
  });
});

Deno.test("lint-iam --sarif points every result at a rule and a line", async () => {
  await inFolder({ "bad policy.json": statement({ Action: "s3:GetObjct" }) }, async (folder) => {
    const { stdout } = await runWith(task, [`${folder}/bad policy.json`, "--sarif"]);
    const { version, runs: [run] } = JSON.parse(stdout);
    assert.equal(version, "2.1.0");
    const [result] = run.results;
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assert.match(artifactLocation.uri, /bad%20policy\.json$/);
    assert.deepEqual(region, { startLine: 6, startColumn: 17 });
  });
});

Deno.test("lint-iam without a file lints what the repository's stacks would deploy", async () => {
  const { code, stdout } = await runWith(task, ["--json"]);
  const policies = stdout.split("\n").map((line) => JSON.parse(line));
  assert.equal(code, 0, stdout);
  assert(policies.length > 0);
  assert(policies.every(({ file }) => /^ol-.*:.*:/.test(file)));
});
