/** The reader against files that the real `sops` wrote. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { exec, execOrThrow } from "lib/cli/exec.ts";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import { engineTest } from "tests/support/engine.ts";

const KEY_FILE = `${ROOT}/tests/fixtures/keys/example-ci.agekey`;
const RECIPIENT = /public key: (\S+)/.exec(Deno.readTextFileSync(KEY_FILE))![1];
const env = (name: string) => name === "SOPS_AGE_KEY_FILE" ? KEY_FILE : undefined;

async function withFile(text: string, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret.yaml`, text);
    await use(`${folder}/secret.yaml`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const encrypt = (sops: string, path: string, ...args: string[]) =>
  execOrThrow(sops, ["encrypt", "--age", RECIPIENT, ...args, "-i", path]);

const PLAIN = `# a comment
text: hello
empty: ""
number: 42
negative: -7
fraction: 1.5
yes: true
nothing: null
multi: |
  two
  lines
nested:
  list:
    - a
    - 1
    - key: value
unicode: "grüße ☃"
quoted: "012"
date: 2024-01-02
open_unencrypted: visible
`;

const DATA = {
  text: "hello",
  empty: "",
  number: 42,
  negative: -7,
  fraction: 1.5,
  yes: true,
  nothing: null,
  multi: "two\nlines\n",
  nested: { list: ["a", 1, { key: "value" }] },
  unicode: "grüße ☃",
  quoted: "012",
  date: "2024-01-02T00:00:00Z",
  open_unencrypted: "visible",
};

for (
  const [what, args] of [
    ["by the default rule", []],
    ["by a regular expression", ["--encrypted-regex", "^(text|nested)$"]],
    ["with a code over encrypted values alone", [
      "--mac-only-encrypted",
      "--unencrypted-suffix",
      "_x",
    ]],
  ] as const
) {
  engineTest("sops", `a file encrypted ${what} is read with its types`, async ({ sops }) => {
    await withFile(PLAIN, async (path) => {
      await encrypt(sops.path, path, ...args);
      const { documents } = await readSopsFile(path, env);
      assert.deepEqual(plainData(documents[0], path), DATA);
    });
  });
}

const tampered: [what: string, change: (text: string) => string, says: RegExp][] = [
  ["a value that was moved", (text) => {
    const value = /^text: (ENC\[.*\])$/m.exec(text)![1];
    return text.replace(/^unicode: .*$/m, `unicode: ${value}`);
  }, /unicode /],
  [
    "an open value that was changed",
    (text) => text.replace("visible", "altered"),
    /authentication code does not match/,
  ],
  [
    "a value that was removed",
    (text) => text.replace(/^text: .*\n/m, ""),
    /authentication code does not match/,
  ],
  [
    "no authentication code",
    (text) => text.replace(/^( +)mac: .*\n/m, ""),
    /has no message authentication code/,
  ],
  [
    "a plain value among the encrypted",
    (text) => text.replace(/^text: .*$/m, "text: plain"),
    /text is not an encrypted value/,
  ],
  ["text after a value", (text) => text.replace(/^(text: ENC\[.*\])$/m, "$1x"), /text /],
  ["a key that stands twice", (text) => text.replace(/^(text: .*)$/m, "$1\n$1"), /secret\.yaml:/],
  ["conflict markers", (text) => `<<<<<<< ours\n${text}`, /has conflict markers/],
  ["an anchor", (text) => text.replace(/^text: (.*)$/m, "text: &a $1"), /secret\.yaml/],
  ["nothing", () => "", /is empty/],
  ["no encryption", () => PLAIN, /is not encrypted: encrypt it with sops/],
  ["half of it", (text) => text.slice(0, text.length / 2), /secret\.yaml/],
];

for (const [what, change, says] of tampered) {
  engineTest("sops", `a file with ${what} is refused, and no value is named`, async ({ sops }) => {
    await withFile(PLAIN, async (path) => {
      await encrypt(sops.path, path);
      await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
      await assert.rejects(readSopsFile(path, env), (error: Error) => {
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /hello|grüße|AGE-SECRET/);
        return true;
      });
    });
  });
}

engineTest(
  "sops",
  "the rules of secrets/.sops.yaml fit their files and nothing else",
  async ({ sops }) => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.copyFile(`${ROOT}/secrets/.sops.yaml`, `${folder}/.sops.yaml`);
      await Deno.mkdir(`${folder}/app`);
      for (
        const [name, fits] of [["a.ci.yaml", true], ["a-ci.yaml", false], [
          "a.yaml",
          false,
        ]] as const
      ) {
        await Deno.writeTextFile(`${folder}/app/${name}`, "key: value\n");
        const { code } = await exec(sops.path, ["encrypt", "-i", `app/${name}`], { cwd: folder });
        assert.equal(code === 0, fits, name);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
