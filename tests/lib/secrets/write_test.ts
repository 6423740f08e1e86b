/** Writing through the real `sops`. */
import assert from "node:assert/strict";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import { type Change, createSecret, editSecret } from "lib/secrets/write/edit.ts";
import { planRotation, rotate } from "lib/secrets/write/rotate.ts";
import { engineTest } from "tests/support/engine.ts";
import {
  creationRules,
  type SecretsRepository,
  withEnvironment,
  withSecrets,
} from "tests/support/secrets.ts";

const FILE = { context: "app", name: "web", environment: "ci" } as const;
const PATH = "app/web.ci.yaml";
const DATA = { user: "admin", password: "canary-correct-horse", port: 5432, hosts: ["a", "b"] };

/** A test with a repository whose `web` is there already. */
function writeTest(name: string, use: (repository: SecretsRepository) => Promise<void>): void {
  engineTest(
    "sops",
    name,
    () =>
      withSecrets((repository) =>
        withEnvironment({ SOPS_AGE_KEY: repository.identity }, async () => {
          await createSecret(FILE, DATA, optionsOf(repository));
          await use(repository);
          await nothingLeft(repository);
        })
      ),
  );
}

const optionsOf = ({ root, env }: SecretsRepository) => ({
  root,
  env,
  retry: () => Promise.resolve(false),
});

async function dataOf({ root, env }: SecretsRepository): Promise<unknown> {
  const { documents } = await readSopsFile(`${root}/secrets/${PATH}`, env);
  return plainData(documents[0], PATH);
}

async function nothingLeft({ root }: SecretsRepository): Promise<void> {
  for await (const { name } of Deno.readDir(`${root}/.cache`)) {
    assert.fail(`${name} was left behind`);
  }
}

/** The change is refused, no value is named, and the file is what it was. */
async function refused(
  repository: SecretsRepository,
  work: () => Promise<unknown>,
  says: RegExp,
): Promise<void> {
  const before = await repository.read(PATH);
  await assert.rejects(work(), (error: Error) => {
    assert.match(error.message, says);
    assert.doesNotMatch(error.message, /canary/);
    return true;
  });
  assert.equal(await repository.read(PATH), before);
}

writeTest("a new secret holds what it was given, and nothing of it is open", async (repository) => {
  assert.deepEqual(await dataOf(repository), DATA);
  assert.doesNotMatch(await repository.read(PATH), /canary|admin|5432/);
});

writeTest("a new secret keeps texts that YAML 1.1 reads otherwise", async (repository) => {
  const data = { ...DATA, user: "2024-01-01", hosts: ["1_000", "yes", "0o17", "1:30"] };
  await Deno.remove(`${repository.root}/secrets/${PATH}`);
  await createSecret(FILE, data, optionsOf(repository));
  assert.deepEqual(await dataOf(repository), data);
});

const overrides: [name: string, value: () => Promise<string>][] = [
  ["SOPS_AGE_RECIPIENTS", async () => await identityToRecipient(await generateIdentity())],
  ["SOPS_PGP_FP", () => Promise.resolve("0".repeat(40))],
  ["SOPS_CONFIG", () => Promise.resolve("/dev/null")],
];

for (const [name, value] of overrides) {
  writeTest(
    `a new secret is encrypted by its creation rule, whatever ${name} says`,
    async (repository) => {
      const recipients = async () => (await repository.read(PATH)).match(/recipient: .*|fp: .*/g);
      const before = await recipients();
      await Deno.remove(`${repository.root}/secrets/${PATH}`);
      await withEnvironment(
        { [name]: await value() },
        () => createSecret(FILE, DATA, optionsOf(repository)),
      );
      assert.notEqual(before, null);
      assert.deepEqual(await recipients(), before);
    },
  );
}

const changes: [what: string, change: Change, data: unknown][] = [
  ["a text", { kind: "set", key: "user", value: "0123" }, { ...DATA, user: "0123" }],
  // sops reads YAML 1.1: unquoted these are a date and a number.
  ["a date", { kind: "set", key: "user", value: "2024-01-01" }, { ...DATA, user: "2024-01-01" }],
  ["digits", { kind: "set", key: "hosts.0", value: "1_000" }, { ...DATA, hosts: ["1_000", "b"] }],
  ["a number", { kind: "set", key: "port", value: 1 }, { ...DATA, port: 1 }],
  ["an item of a list", { kind: "set", key: "hosts.1", value: "c" }, {
    ...DATA,
    hosts: ["a", "c"],
  }],
  ["a key away", { kind: "unset", key: "port" }, {
    user: DATA.user,
    password: DATA.password,
    hosts: DATA.hosts,
  }],
];

for (const [what, change, data] of changes) {
  writeTest(`edit-secret changes ${what} and keeps the other ciphertexts`, async (repository) => {
    const line = (text: string) => /^password: .*$/m.exec(text)?.[0];
    const before = await repository.read(PATH);
    const written = await editSecret(FILE, change, optionsOf(repository));
    assert.deepEqual(written, { file: `secrets/${PATH}`, outcome: "written", opened: true });
    assert.deepEqual(await dataOf(repository), data);
    assert.equal(line(await repository.read(PATH)), line(before));
  });
}

const refusals: [what: string, change: Change, says: RegExp][] = [
  [
    "a value that the schema refuses",
    { kind: "set", key: "password", value: "canary" },
    /secrets\/app\/web\.ci\.yaml: password: Too small/,
  ],
  [
    "a key that the schema does not know",
    { kind: "set", key: "passwrd", value: "canary" },
    /passwrd: unknown key: did you mean "password"\?/,
  ],
  ["an empty value", { kind: "set", key: "user", value: "" }, /user: is empty|user is empty/],
  ["a placeholder", { kind: "set", key: "user", value: "changeme" }, /user: is a placeholder/],
  ["a key that is needed", { kind: "unset", key: "user" }, /user: /],
  [
    "a key that is not there",
    { kind: "unset", key: "prot" },
    /secrets\/app\/web\.ci\.yaml: there is no key "prot": did you mean "port"\?/,
  ],
];

for (const [what, change, says] of refusals) {
  writeTest(
    `edit-secret refuses ${what}`,
    (repository) =>
      refused(repository, () => editSecret(FILE, change, optionsOf(repository)), says),
  );
}

writeTest("the editor's result is taken over when it is sound", async (repository) => {
  const editor = `${repository.root}/editor`;
  await Deno.writeTextFile(
    editor,
    '#!/bin/sh\nsed -i "s/^user: .*/user: somebody/" "$1"\necho "$1" > "$0.seen"\n',
    {
      mode: 0o755,
    },
  );
  await withEnvironment({ SOPS_EDITOR: editor }, async () => {
    await editSecret(FILE, { kind: "editor" }, optionsOf(repository));
    assert.deepEqual(await dataOf(repository), { ...DATA, user: "somebody" });
    const seen = (await Deno.readTextFile(`${editor}.seen`)).trim();
    await assert.rejects(Deno.lstat(seen), Deno.errors.NotFound, "the open text is still there");
  });
  await withEnvironment({ SOPS_EDITOR: "true" }, async () => {
    const { outcome } = await editSecret(FILE, { kind: "editor" }, optionsOf(repository));
    assert.equal(outcome, "unchanged");
  });
});

writeTest("what someone else did to the file meanwhile is not overwritten", async (repository) => {
  const editor = `${repository.root}/editor`;
  const file = `${repository.root}/secrets/${PATH}`;
  const rewrite = (command: string) =>
    Deno.writeTextFile(
      editor,
      `#!/bin/sh\nsed -i "s/^user: .*/user: somebody/" "$1"\n${command}\n`,
      { mode: 0o755 },
    );
  const edit = () =>
    withEnvironment({ SOPS_EDITOR: editor }, () =>
      editSecret(FILE, { kind: "editor" }, {
        ...optionsOf(repository),
        retry: () => assert.fail("another edit of the copy does not help"),
      }));
  await rewrite(`echo "# theirs" >> "${file}"`);
  await assert.rejects(edit, /app\/web\.ci\.yaml: was changed by something else meanwhile/);
  assert.match(await repository.read(PATH), /# theirs\n$/);
  assert.deepEqual(await dataOf(repository), DATA);
  await rewrite(`rm "${file}"`);
  await assert.rejects(edit, /was changed by something else meanwhile/);
  await assert.rejects(repository.read(PATH), Deno.errors.NotFound);
});

writeTest("an unsound edit can be mended, and is dropped if it is not", async (repository) => {
  const editor = `${repository.root}/editor`;
  await Deno.writeTextFile(
    editor,
    '#!/bin/sh\nsed -i "s/^password: canary.*/password: short/" "$1"\n',
    { mode: 0o755 },
  );
  await withEnvironment({ SOPS_EDITOR: editor }, async () => {
    await refused(
      repository,
      () => editSecret(FILE, { kind: "editor" }, optionsOf(repository)),
      /password: Too small/,
    );
    let asked = 0;
    const retry = () => Promise.resolve(++asked < 2);
    await refused(
      repository,
      () => editSecret(FILE, { kind: "editor" }, { ...optionsOf(repository), retry }),
      /password: Too small/,
    );
    assert.equal(asked, 2);
  });
});

engineTest(
  "sops",
  "a new secret's template has every key, and no placeholder passes",
  () =>
    withSecrets((repository) =>
      withEnvironment({ SOPS_AGE_KEY: repository.identity, SOPS_EDITOR: "true" }, async () => {
        await assert.rejects(
          createSecret(FILE, undefined, optionsOf(repository)),
          (error: Error) => {
            for (const key of ["user", "password", "hosts.0"]) {
              assert.ok(error.message.includes(`${key}: `), key);
            }
            return true;
          },
        );
        await assert.rejects(repository.read(PATH), Deno.errors.NotFound);
      })
    ),
);

engineTest(
  "sops",
  "a secret can be made for an environment whose key is elsewhere",
  () =>
    withSecrets(async ({ root, read }) => {
      const { opened } = await createSecret(FILE, DATA, {
        root,
        env: () => undefined,
        retry: () => Promise.resolve(false),
      });
      assert.equal(opened, false);
      assert.doesNotMatch(await read(PATH), /canary/);
    }),
);

const beforehand: [what: string, work: (r: SecretsRepository) => Promise<unknown>, says: RegExp][] =
  [
    ["makes no secret anew", (r) => createSecret(FILE, DATA, optionsOf(r)), /is there already/],
    [
      "makes none that the schema does not name",
      (r) => createSecret({ ...FILE, name: "webb" }, DATA, optionsOf(r)),
      /does not name "webb": did you mean "web"\?/,
    ],
    [
      "makes none of the wrong shape",
      (r) => createSecret({ ...FILE, environment: "qa" }, { user: "canary" }, optionsOf(r)),
      /password: /,
    ],
    [
      "makes none that fits no creation rule",
      (r) => createSecret({ ...FILE, environment: "qa" }, DATA, optionsOf(r)),
      /web\.qa\.yaml: no creation rule of secrets\/\.sops\.yaml matches it: add one/,
    ],
    [
      "edits none that is not there",
      (r) =>
        editSecret({ ...FILE, environment: "qa" }, { kind: "unset", key: "port" }, optionsOf(r)),
      /no such file: make it with new-secret/,
    ],
  ];

for (const [what, work, says] of beforehand) {
  writeTest(`it ${what}`, (repository) => refused(repository, () => work(repository), says));
}

writeTest(
  "rotate-keys brings the recipients of the rule, a new data key, the same values",
  async (repository) => {
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    await repository.write(".sops.yaml", creationRules([repository.recipient, recipient]));
    const [planned] = await planRotation(repository.root, [FILE]);
    assert.deepEqual([planned.adds, planned.removes], [[recipient], []]);
    const before = await repository.read(PATH);
    await rotate(repository.root, [planned], repository.env);
    const after = await repository.read(PATH);
    for (const line of before.split("\n").filter((text) => text.includes("ENC["))) {
      assert.ok(!after.includes(line), "a ciphertext was kept");
    }
    assert.deepEqual(
      await dataOf({
        ...repository,
        env: (name) => name === "SOPS_AGE_KEY" ? identity : undefined,
      }),
      DATA,
    );
    const [again] = await planRotation(repository.root, [FILE]);
    assert.deepEqual([again.adds, again.removes], [[], []]);
  },
);

writeTest(
  "rotate-keys changes nothing when one would be shut out, or one file is broken",
  async (repository) => {
    const stranger = await identityToRecipient(await generateIdentity());
    await repository.write(".sops.yaml", creationRules([stranger]));
    const planned = await planRotation(repository.root, [FILE]);
    assert.deepEqual([planned[0].adds, planned[0].removes], [[stranger], [repository.recipient]]);
    await refused(
      repository,
      () => rotate(repository.root, planned, repository.env),
      /no longer open with the keys at hand|no key at hand opens it/,
    );
    await repository.write(".sops.yaml", creationRules([repository.recipient]));
    await repository.write(
      "app/web.qa.yaml",
      (await repository.read(PATH)).replace("type:str", "type:int"),
    );
    const broken = {
      ...FILE,
      environment: "qa",
      file: "secrets/app/web.qa.yaml",
      adds: [],
      removes: [],
    } as const;
    await refused(
      repository,
      () => rotate(repository.root, [...planned, broken], repository.env),
      /secrets\/app\/web\.qa\.yaml: user /,
    );
  },
);
