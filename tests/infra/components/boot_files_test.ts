import assert from "node:assert/strict";
import { BootFiles, type BootFilesArgs, bootFileScripts } from "infra/components/boot_files.ts";
import { firstBoot } from "infra/components/first_boot.ts";
import { containsSecret } from "lib/pulumi/simulate/wire.ts";
import { make } from "tests/support/program.ts";
import { Machine } from "tests/support/signed_requests.ts";

const scripts = Object.fromEntries(
  (await bootFileScripts()).map(({ path, content }) => [path.split("/").at(-1)!, content]),
);
const OWNER = `${Deno.uid()}:${Deno.gid()}`;
const FILES = { "site.env": "A='b c'\n\n", "key.pem": "-----BEGIN\ngrün\\n\n-----END" };
const secret = () => ({ SecretString: JSON.stringify(FILES) });

Deno.test("a machine fetches its files as its role, byte for byte, for their owner alone", async () => {
  await using machine = await Machine.start(["secretsmanager"], scripts, secret);
  const run = await machine.run("boot-files", ["us-east-1", "arn", "v2", machine.folder, OWNER]);
  assert.deepEqual(run, { code: 0, stdout: "", stderr: "" });
  for (const [name, content] of Object.entries(FILES)) {
    assert.equal(await Deno.readTextFile(`${machine.folder}/${name}`), content);
    assert.equal((await Deno.stat(`${machine.folder}/${name}`)).mode! & 0o777, 0o640);
  }
  const [{ target, body }] = machine.requests;
  assert.equal(target, "secretsmanager.GetSecretValue");
  assert.deepEqual(JSON.parse(body), { SecretId: "arn", VersionId: "v2" });
});

Deno.test("a role that is younger than its machine is waited for, and not for ever", async () => {
  await using machine = await Machine.start(
    ["secretsmanager"],
    { ...scripts, sleep: "#!/bin/sh\n" },
    secret,
  );
  const fetch = () =>
    machine.run("boot-files", ["us-east-1", "arn", "v1", machine.folder, OWNER], { TRIES: "3" });
  machine.refusals = 2;
  assert.equal((await fetch()).code, 0);
  await Deno.remove(`${machine.folder}/site.env`);
  machine.refusals = 3;
  const refused = await fetch();
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /403/);
  await assert.rejects(Deno.stat(`${machine.folder}/site.env`));
});

Deno.test("files are one secret, and user data names its version and holds none of it", async () => {
  const made = await make(() => {
    const files = new BootFiles("web-qa", { ...args, files: { "site.env": "hush" } });
    files.command.apply((command) =>
      assert.match(command, /^boot-files us-east-1 arn:\S+ \S+ \/etc\/web/)
    );
  });
  const version = made.resources.find(({ type }) => type.endsWith(":SecretVersion"))!;
  assert.ok(containsSecret(version.inputs.secretString));
  assert.equal(made.inputs("aws:secretsmanager/secret:Secret", "web-qa").namePrefix, "web-qa-");
});

Deno.test("user data is cloud-init's, and not more than EC2 takes", () => {
  const text = firstBoot({ files: [{ path: "/etc/a", content: "b" }], script: ["one", "two"] });
  const [kind, body] = text.split("\n");
  assert.equal(kind, "#cloud-config");
  assert.deepEqual(JSON.parse(body), {
    write_files: [{ owner: "root:root", permissions: "0640", path: "/etc/a", content: "b" }],
    runcmd: [["sh", "-euc", "one\ntwo"]],
  });
  assert.throws(
    () => firstBoot({ script: ["x".repeat(16_384)] }),
    /and EC2 takes 16384: let the image/,
  );
});

const args: BootFilesArgs = {
  files: { "site.env": "" },
  folder: "/etc/web",
  owner: "root:web",
  region: "us-east-1",
};
const refused: [what: string, change: Partial<BootFilesArgs>, message: RegExp][] = [
  ["a path for a name", { files: { "../passwd": "" } }, /names\[0\]: must be a file name/],
  ["no file", { files: {} }, /names: must name a file/],
  ["a relative folder", { folder: "etc" }, /folder: must be a folder/],
  ["more than an owner", { owner: "root:root; true" }, /owner: must be such as/],
];
for (const [what, change, message] of refused) {
  Deno.test(`boot files are refused with ${what}`, async () => {
    await assert.rejects(make(() => new BootFiles("web-qa", { ...args, ...change })), message);
  });
}
