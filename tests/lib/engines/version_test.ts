import assert from "node:assert/strict";
import { acceptsVersion, compareVersions, parseVersion, readVersion } from "lib/engines/version.ts";
import { TempDir } from "tests/lib/engines/support.ts";

const printed: [what: string, text: string, version: string | undefined][] = [
  ["pulumi's version with a v", "v3.256.0\n", "3.256.0"],
  ["packer's with its name", "Packer v1.15.0\n", "1.15.0"],
  ["an older packer's bare one", "1.9.4\n", "1.9.4"],
  [
    "a plugin's description",
    '{"version":"1.2.1","sdk_version":"0.6.4","api_version":"x5.0"}',
    "1.2.1",
  ],
  ["sops' before its warning", "sops 3.13.3\n\n[warning] a newer one, 3.14.0, is out", "3.13.3"],
  ["bao's before commit and date", "OpenBao v2.7.2 (9e0a0d3c3504), committed 2026-10-26", "2.7.2"],
  ["kube-apiserver's", "Kubernetes v1.34.2\n", "1.34.2"],
  [
    "etcd's before Go's",
    "etcd Version: 3.6.4\nGit SHA: Not provided\nGo Version: go1.26.8\n",
    "3.6.4",
  ],
  ["a development build", "v3.257.0-alpha.1+dirty.x86", "3.257.0-alpha.1+dirty.x86"],
  ["no version when there is only Go's", "go1.26.8 linux/amd64", undefined],
  ["no version in an address", "listening on 127.0.0.1", undefined],
  ["no version in nothing", "", undefined],
];
for (const [what, text, version] of printed) {
  Deno.test(`parseVersion reads ${what}`, () => assert.equal(parseVersion(text), version));
}

const ordered: [a: string, sign: "<" | "=" | ">", b: string][] = [
  ["3.9.0", "<", "3.10.0"],
  ["2.0.0", ">", "1.99.99"],
  ["1.2.3", "=", "1.2.3"],
  ["1.2.3-rc.1", "<", "1.2.3"],
  ["1.2.3+local", "=", "1.2.3"],
];
for (const [a, sign, b] of ordered) {
  Deno.test(`compareVersions: ${a} ${sign} ${b}`, () => {
    const signs = { "-1": "<", "0": "=", "1": ">" } as Record<string, string>;
    assert.equal(signs[Math.sign(compareVersions(a, b))], sign);
  });
}

const accepted: [pin: string, minimum: string | undefined, version: string, accepts: boolean][] = [
  ["3.256.0", undefined, "3.256.0", true],
  ["3.256.0", undefined, "3.257.0", false],
  ["3.256.0", undefined, "3.256.0-dev.0", false],
  ["3.6.4", "3.4.0", "3.4.23", true],
  ["3.6.4", "3.4.0", "3.3.27", false],
];
for (const [version, minimum, candidate, accepts] of accepted) {
  const pin = minimum ? `${version}, at least ${minimum}` : version;
  Deno.test(`${candidate} ${accepts ? "does" : "does not do"} where ${pin} is wanted`, () => {
    assert.equal(acceptsVersion({ version, minimum }, candidate), accepts);
  });
}

const answers: [what: string, body: string, answer: { version: string } | { reason: RegExp }][] = [
  ["prints to stdout", "echo v1.2.3", { version: "1.2.3" }],
  ["prints to stderr", "echo 1.2.3 >&2", { version: "1.2.3" }],
  ["prints it and fails", "echo 1.2.3; exit 1", { version: "1.2.3" }],
  ["prints none", "echo hello", { reason: /^prints no version$/ }],
  ["fails", "exit 3", { reason: /^fails with exit code 3$/ }],
];
for (const [what, body, expected] of answers) {
  Deno.test(`readVersion of a program that ${what}`, async () => {
    await using dir = await TempDir.make();
    const answer = await readVersion({ versionArgs: ["version"] }, await dir.script("tool", body));
    if ("version" in expected) assert.deepEqual(answer, expected);
    else assert.match("reason" in answer ? answer.reason : "", expected.reason);
  });
}

Deno.test("readVersion of a script without its interpreter tells why it does not start", async () => {
  await using dir = await TempDir.make();
  const path = `${dir.path}/tool`;
  await Deno.writeTextFile(path, `#!${dir.path}/missing\n`, { mode: 0o755 });
  const answer = await readVersion({ versionArgs: [] }, path);
  assert.match("reason" in answer ? answer.reason : "", /^does not start: /);
});
