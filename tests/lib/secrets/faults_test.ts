/**
 * What can be wrong with secret files, F1 to F24 and F41; each by its number in the table of faults. What a
 * server does wrong is in `tests/lib/secrets/sync/`.
 */
import assert from "node:assert/strict";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { exec, execOrThrow } from "lib/cli/exec.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { listContexts, readContext } from "lib/secrets/context.ts";
import { parseCreationRules } from "lib/secrets/creation_rules.ts";
import { scanFiles } from "lib/secrets/scan/scan.ts";
import { scanSecretFile } from "lib/secrets/scan/secret_file.ts";
import { scanShapes } from "lib/secrets/scan/shape.ts";
import { treeFiles } from "lib/secrets/scan/sources.ts";
import { readSopsFile } from "lib/secrets/sops/read.ts";
import { type Engines, engineTest } from "tests/support/engine.ts";
import {
  creationRules,
  type SecretsRepository,
  withEnvironment,
  withSecrets,
} from "tests/support/secrets.ts";

const PATH = "app/web.ci.yaml";
const SOURCE = `secrets/${PATH}`;
const PLAIN = "user: canary-user\npassword: canary-password\nport: 4711\nhosts:\n  - canary-host\n";

/** Encrypts a text in the place of `app/web.ci.yaml`. */
async function put(
  { sops }: Engines<"sops">,
  repository: SecretsRepository,
  text: string,
  ...args: string[]
) {
  const encrypted = await execOrThrow(
    sops.path,
    ["encrypt", "--filename-override", PATH, ...args],
    { cwd: `${repository.root}/secrets`, env: { ...sops.env }, stdin: text },
  );
  await repository.write(PATH, encrypted);
}

/** Reads the context, as sync-secrets and programs do, and gives what it was refused for. */
async function refusal({ root, env }: SecretsRepository): Promise<string> {
  try {
    await readContext(root, "app", "ci", env);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error instanceof Problems ? error.messages.join("\n") : messageOf(error);
  }
  return "";
}

const edit = (repository: SecretsRepository, change: (text: string) => string) =>
  repository.read(PATH).then((text) => {
    const changed = change(text);
    assert.notEqual(changed, text, "the fault was not made");
    return repository.write(PATH, changed);
  });

/** A sound file is altered by hand. */
const altered: [fault: string, change: (text: string) => string, says: RegExp][] = [
  [
    "F1 a value that was removed",
    (text) => text.replace(/^port: .*\n/m, ""),
    /authentication code does not match its content/,
  ],
  [
    "F1 a code that was cut",
    (text) => text.replace(/(mac: ENC\[AES256_GCM,data:)..../, "$1"),
    /authentication code/,
  ],
  [
    "F2 no authentication code",
    (text) => text.replace(/^ +mac: .*\n/m, ""),
    /has no message authentication code/,
  ],
  [
    "F3 an open value",
    (text) => text.replace(/^user: .*$/m, "user: canary-open"),
    /user is not an encrypted value/,
  ],
  [
    "F3 an open number",
    (text) => text.replace(/^port: .*$/m, "port: 4712"),
    /port is not encrypted/,
  ],
  ["F4 a null that was added", (text) => `added: null\n${text}`, /added: unknown key/],
  ["F4 an empty list that was added", (text) => `added: []\n${text}`, /added: unknown key/],
  [
    "F5 a key that stands twice",
    (text) => `${/^user: .*\n/m.exec(text)![0]}${text}`,
    /web\.ci\.yaml:2: has a key twice/,
  ],
  [
    "F5 a key that stands twice in another document",
    (text) => `${text}---\na: ""\na: ""\n`,
    /web\.ci\.yaml:\d+: has a key twice/,
  ],
  [
    "F6 conflict markers",
    (text) => `<<<<<<< ours\n${text}=======\n>>>>>>> theirs\n`,
    /has conflict markers: merge it first/,
  ],
  ["F7 no encryption at all", () => PLAIN, /is not encrypted: encrypt it with sops/],
  [
    "F8 text behind a value",
    (text) => text.replace(/^(user: .*)$/m, "$1x"),
    /user is not an encrypted value/,
  ],
  ["F9 an anchor", (text) => text.replace(/^user: /m, "user: &a "), /has an anchor "&a"/],
  ["F9 an alias", (text) => text.replace(/^user: .*$/m, "user: *a"), /is not YAML|has an alias/],
  ["F9 a merge key", (text) => `<<: {}\n${text}`, /has a merge key "<<"/],
  [
    "F10 a second document",
    (text) => `${text}---\nother: ""\n`,
    /holds 2 documents: one is expected/,
  ],
  ["F14 a key __proto__", (text) => `__proto__: null\n${text}`, /__proto__: unknown key/],
  ["F16 half a file", (text) => text.slice(0, text.length / 2), /web\.ci\.yaml/],
  ["F16 an empty file", () => "", /is empty/],
  ["F16 a file of line breaks", () => "\n\n", /is empty/],
  [
    "F19 metadata that asks for more groups than there are",
    (text) =>
      text.replace("sops:\n", "sops:\n    shamir_threshold: 2\n").replace(
        "age:",
        "key_groups: []\n    age:",
      ),
    /^(?!.*canary).*$/s,
  ],
  [
    "F20 a recipient of a kind that sops does not know",
    (text) => text.replace(/^ {4}age:$/m, "    abacus:"),
    /sops names no keys/,
  ],
];

for (const [fault, change, says] of altered) {
  engineTest(
    "sops",
    `${fault} is refused, and no value is named`,
    (engines) =>
      withSecrets(async (repository) => {
        await put(engines, repository, PLAIN);
        assert.equal(await refusal(repository), "");
        await edit(repository, change);
        const said = await refusal(repository);
        assert.match(said, says);
        assert.doesNotMatch(said, /canary|4711|AGE-SECRET/);
        assert.ok(fault.startsWith("F19") || said.includes(SOURCE), said);
      }),
  );
}

/** A file that sops encrypts and that is not of the schema, or holds what has no place in Vault. */
const unfit: [fault: string, text: string, says: RegExp][] = [
  ["F4 an empty value", PLAIN.replace("canary-user", '""'), /user: is empty/],
  [
    "F4 an item that SOPS makes of a bare #",
    PLAIN.replace("  - canary-host", "  #\n  - canary-host"),
    /hosts\.0: is empty, as a bare # in a list also becomes/,
  ],
  ["F4 a placeholder", PLAIN.replace("canary-user", "changeme"), /user: is a placeholder/],
  [
    "F4 a key too many",
    `${PLAIN}passwrd: canary\n`,
    /passwrd: unknown key: did you mean "password"/,
  ],
  ["F4 a key too few", PLAIN.replace(/^user.*\n/, ""), /user: /],
  [
    "F4 a list where a text belongs",
    PLAIN.replace("canary-user", "[canary]"),
    /user: .*expected string/,
  ],
  [
    "F11 an integer beyond 2^53",
    PLAIN.replace("4711", "9007199254740993"),
    /port is a number beyond 2\^53: quote it/,
  ],
  [
    "F12 bytes that are no text",
    PLAIN.replace("canary-user", "!!binary gIGC"),
    /user is not UTF-8: store it as base64 text/,
  ],
  ["F13 an infinity", PLAIN.replace("4711", ".inf"), /port: /],
  ["F13 no number", PLAIN.replace("4711", ".nan"), /port: /],
  ["F13 a date where a number belongs", PLAIN.replace("4711", "2024-01-02"), /port: /],
];

for (const [fault, text, says] of unfit) {
  engineTest(
    "sops",
    `${fault} is refused, and no value is named`,
    (engines) =>
      withSecrets(async (repository) => {
        await put(engines, repository, text);
        const said = await refusal(repository);
        assert.match(said, says);
        assert.doesNotMatch(said, /canary|4711|9007199/);
      }),
  );
}

engineTest(
  "sops",
  "F13 a date where a text belongs is its text",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN.replace("canary-user", "2024-01-02"));
      const [{ data }] = await readContext(repository.root, "app", "ci", repository.env);
      assert.equal(data.user, "2024-01-02T00:00:00Z");
    }),
);

engineTest(
  "sops",
  "F15 a byte order mark and CRLF change no value",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN);
      const [before] = await readContext(repository.root, "app", "ci", repository.env);
      await edit(repository, (text) => `\ufeff${text.replaceAll("\n", "\r\n")}`);
      const [after] = await readContext(repository.root, "app", "ci", repository.env);
      assert.deepEqual(after.data, before.data);
    }),
);

engineTest(
  "sops",
  "F7 the scan finds what would be committed open",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN);
      const scan = async () => {
        const files = await treeFiles(repository.root);
        const { findings } = await scanFiles(files, { root: repository.root, isWhole: true });
        return findings.map(({ path, rule }) => `${path} ${rule}`);
      };
      await execOrThrow("git", ["init", "--quiet"], { cwd: repository.root });
      assert.deepEqual(await scan(), []);
      await repository.write(PATH, PLAIN);
      assert.deepEqual(await scan(), [`${SOURCE} not-encrypted`]);
    }),
);

const shapes: [what: string, path: string, text: string, says: string[]][] = [
  ["a key that the schema does not know", PATH, `passwrd: canary\n${PLAIN}`, [
    'has a key "passwrd" that schema.ts does not know: did you mean "password"?',
  ]],
  ["a key that is missing", PATH, "user: canary\n", [
    'lacks the key "password" of schema.ts: set it with edit-secret',
  ]],
  ["a file that the schema does not name", "app/wep.ci.yaml", PLAIN, [
    'schema.ts does not name it: did you mean "web"?',
  ]],
  ["keys that the schema allows to be absent", PATH, "user: canary\npassword: canary\n", []],
];

for (const [what, path, text, says] of shapes) {
  engineTest(
    "sops",
    `F4 the scan sees ${what}, without a key`,
    (engines) =>
      withSecrets(async (repository) => {
        await put(engines, repository, text);
        const root = `${repository.root}/secrets`;
        if (path !== PATH) await Deno.rename(`${root}/${PATH}`, `${root}/${path}`);
        const findings = await scanShapes(repository.root, [
          `secrets/${path}`,
          "secrets/.sops.yaml",
        ]);
        assert.deepEqual(findings.map(({ message }) => message), says);
      }),
  );
}

Deno.test("F17 a repository without secrets is refused: nothing can be deleted for it", async () => {
  const root = await Deno.makeTempDir();
  try {
    await assert.rejects(listContexts(root), /secrets\/ holds no context: check out/);
    await Deno.mkdir(`${root}/secrets`);
    await assert.rejects(listContexts(root), /secrets\/ holds no context: check out/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

engineTest(
  "sops",
  "F18 another key is of no use; the recipients are told, no key is",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN);
      const other = await generateIdentity();
      const said = await refusal({
        ...repository,
        env: (name) => name === "SOPS_AGE_KEY" ? other : undefined,
      });
      assert.match(
        said,
        new RegExp(`no key at hand opens it: it is encrypted to ${repository.recipient}`),
      );
      assert.match(said, /looked for an identity in SOPS_AGE_KEY, SOPS_AGE_KEY_FILE/);
      assert.doesNotMatch(said, /AGE-SECRET/);
    }),
);

engineTest(
  "sops",
  "F19 key groups open from the threshold on; below it the closed ones are told",
  (engines) =>
    withSecrets(async (repository) => {
      const identities = [repository.identity, await generateIdentity(), await generateIdentity()];
      const recipients = await Promise.all(identities.map(identityToRecipient));
      const rules = creationRules(recipients).replace(
        /age: .*/,
        `shamir_threshold: 2\n    key_groups: [${
          recipients.map((one) => `{ age: [${one}] }`).join(", ")
        }]`,
      );
      await repository.write(".sops.yaml", rules);
      await put(engines, repository, PLAIN);
      const withKeys = (...keys: string[]) => ({
        ...repository,
        env: (name: string) => name === "SOPS_AGE_KEY" ? keys.join("\n") : undefined,
      });
      for (const [one, two] of [[0, 1], [0, 2], [1, 2]]) {
        assert.equal(await refusal(withKeys(identities[one], identities[two])), "");
      }
      const faults = async (text: string) =>
        scanSecretFile(SOURCE, await repository.read(PATH), parseCreationRules(text, "s"))
          .map(({ message }) => message).join("\n");
      assert.equal(await faults(rules), "");
      assert.match(
        await faults(rules.replace("threshold: 2", "threshold: 3")),
        /is opened by 2 of its groups, but its creation rule says 3/,
      );
      const said = await refusal(withKeys(identities[1]));
      assert.match(said, /1 of 2 key groups open: group 1 \(age1\w+\), group 3 \(age1\w+\)/);
    }),
);

engineTest(
  "sops",
  "F20 a recipient in a cloud is left to sops, whose words are not repeated",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN);
      await edit(repository, (text) =>
        text.replace(
          /^ {4}age:[\s\S]*?(?=^ {4}lastmodified)/m,
          "    gcp_kms:\n        - resource_id: projects/canary/locations/global/keyRings/a/cryptoKeys/b\n" +
            '          created_at: "2026-01-01T00:00:00Z"\n          enc: YQ==\n',
        ));
      await withEnvironment({ GOOGLE_CREDENTIALS: "{}" }, async () => {
        const said = await refusal(repository);
        assert.match(
          said,
          /needs sops \(a recipient of type gcp_kms\): Cannot decrypt .*no key at hand/,
        );
      });
    }),
);

engineTest(
  "sops",
  "F21 an older sops is not used",
  ({ sops }) =>
    withSecrets(async (repository) => {
      const old = `${repository.root}/sops`;
      await Deno.writeTextFile(old, '#!/bin/sh\necho "sops 3.13.2"\n', { mode: 0o755 });
      assert.equal((await exec(old, ["--version"])).stdout, "sops 3.13.2\n");
      assert.notEqual(sops.version, "3.13.2");
      const { runSops } = await import("lib/secrets/sops/binary.ts");
      await withEnvironment(
        { ENGINE_SOPS: old },
        () => assert.rejects(runSops(["decrypt", "x"], "decrypt x"), /3\.13\.2/),
      );
    }),
);

engineTest("sops", "F24 a link is no secret file", (engines) =>
  withSecrets(async (repository) => {
    await put(engines, repository, PLAIN);
    const path = `${repository.root}/${SOURCE}`;
    await Deno.rename(path, `${repository.root}/elsewhere.yaml`);
    await Deno.symlink(`${repository.root}/elsewhere.yaml`, path);
    assert.match(await refusal(repository), /is a link: a secret is a file of its own/);
  }));

engineTest(
  "sops",
  "F41 a value is neither in arguments nor in the environment of sops",
  (engines) =>
    withSecrets(async (repository) => {
      await put(engines, repository, PLAIN);
      const log = `${repository.root}/seen`;
      const spy = `${repository.root}/sops`;
      await Deno.writeTextFile(
        spy,
        `#!/bin/sh\n{ echo "$@"; env; } >> ${log}\nexec ${engines.sops.path} "$@"\n`,
        { mode: 0o755 },
      );
      const { editSecret } = await import("lib/secrets/write/edit.ts");
      const file = { context: "app", name: "web", environment: "ci" } as const;
      const options = {
        root: repository.root,
        env: repository.env,
        retry: () => Promise.resolve(false),
      };
      await withEnvironment(
        { ENGINE_SOPS: spy, SOPS_AGE_KEY: repository.identity },
        () => editSecret(file, { kind: "set", key: "password", value: "canary-changed" }, options),
      );
      const seen = await Deno.readTextFile(log);
      assert.match(seen, /set --value-stdin/);
      assert.doesNotMatch(seen, /canary/);
      const { documents } = await readSopsFile(`${repository.root}/${SOURCE}`, repository.env);
      assert.ok(
        JSON.stringify(documents, (_, value) => typeof value === "bigint" ? 0 : value)
          .includes("canary-changed"),
      );
    }),
);
