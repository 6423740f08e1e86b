/** Stores, key sources and recipients against the real `sops`. */
import assert from "node:assert/strict";
import {
  armor,
  Encrypter,
  generateHybridIdentity,
  generateIdentity,
  identityToRecipient,
} from "age-encryption";
import { execOrThrow } from "lib/cli/exec.ts";
import type { Env } from "lib/schema/env.ts";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";

const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
const key: Env = (name) => name === "SOPS_AGE_KEY" ? identity : undefined;

/** Encrypts a text with real sops, hands the file over and takes it away. */
async function withEncrypted(
  sops: { path: string; env: Readonly<Record<string, string>> },
  name: string,
  text: string,
  args: readonly string[],
  use: (path: string, folder: string) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const encrypted = await execOrThrow(
      sops.path,
      ["encrypt", "--filename-override", name, ...args],
      { cwd: folder, stdin: text, env: { ...sops.env, ...env } },
    );
    await Deno.writeTextFile(`${folder}/${name}`, encrypted);
    await use(`${folder}/${name}`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const dataOf = async (path: string, env: Env) =>
  plainData((await readSopsFile(path, env)).documents[0], path);

const stores: [name: string, text: string, data: unknown][] = [
  [
    "app.env",
    "# why\nUSER=admin\nEMPTY=\nLINES=one\\ntwo\nEQUALS=a=b\nSPACE= x \nopen_unencrypted=yes\n",
    {
      USER: "admin",
      EMPTY: "",
      LINES: "one\ntwo",
      EQUALS: "a=b",
      SPACE: " x ",
      open_unencrypted: "yes",
    },
  ],
  [
    "app.ini",
    "top = 1\n[database]\n; why\nuser = admin\npassword = a:b=c\n[other]\nk = 012\n",
    {
      DEFAULT: { top: "1" },
      database: { user: "admin", password: "a:b=c" },
      other: { k: "012" },
    },
  ],
  ["key.pem", "-----BEGIN X-----\nabc\n-----END X-----\n", {
    data: "-----BEGIN X-----\nabc\n-----END X-----\n",
  }],
  ["app.json", '{"a": 1, "b": [true, 1.5, {"c": "d"}], "e": ""}', {
    a: 1,
    b: [true, 1.5, { c: "d" }],
    e: "",
  }],
  ["app.yml", "a: 1\nb:\n  - x\n", { a: 1, b: ["x"] }],
];

for (const [name, text, data] of stores) {
  engineTest("sops", `${name} is read as sops wrote it`, async ({ sops }) => {
    await withEncrypted(sops, name, text, ["--age", recipient], async (path) => {
      assert.deepEqual(await dataOf(path, key), data);
      // The first value; comments are in no code.
      const altered = (await Deno.readTextFile(path)).replace(
        /^([^#\n]*?data:)(.)/m,
        (_, before, letter) => `${before}${letter === "A" ? "B" : "A"}`,
      );
      await Deno.writeTextFile(path, altered);
      await assert.rejects(dataOf(path, key), /was altered, moved or encrypted/);
    });
  });
}

const broken: [name: string, text: string, says: RegExp][] = [
  ["a.env", "sops_version=3\nA=b\nA=c\n", /a\.env:3: has a key twice/],
  ["a.env", "A\n", /a\.env:1: is no KEY=value/],
  ["a.env", "A=b\n", /a\.env: is not encrypted/],
  ["a.env", "sops_a=b\nsops_a__map_c=d\n", /its metadata contradicts itself/],
  ["a.ini", "[a]\nb = c\nb = d\n", /a\.ini:3: has a key twice in one section/],
  ["a.ini", "[a]\n[a]\n", /a\.ini:2: has a section twice/],
  ["a.ini", '[a]\nb = "c"\n', /a\.ini:2: has a quoted value/],
  ["key.pem", "-----BEGIN", /key\.pem: is not encrypted/],
];

for (const [name, text, says] of broken) {
  Deno.test(`${name} is refused: ${says.source.split(": ").at(-1)}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      await assert.rejects(readSopsFile(`${folder}/${name}`, key), says);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

type Source = (folder: string) => Promise<Record<string, string>>;
const hybrid = await generateHybridIdentity();

const sources: [what: string, recipient: string, source: Source][] = [
  ["SOPS_AGE_KEY", recipient, () => Promise.resolve({ SOPS_AGE_KEY: `# mine\n${identity}\n` })],
  ["SOPS_AGE_KEY with several keys", recipient, async () => ({
    SOPS_AGE_KEY: `${await generateIdentity()}\n${identity}`,
  })],
  ["SOPS_AGE_KEY_FILE", recipient, async (folder) => {
    await Deno.writeTextFile(`${folder}/key`, identity);
    return { SOPS_AGE_KEY_FILE: `${folder}/key` };
  }],
  ["SOPS_AGE_KEY_CMD", recipient, async (folder) => {
    await Deno.writeTextFile(`${folder}/a key`, identity);
    return { SOPS_AGE_KEY_CMD: `cat '${folder}/a key'` };
  }],
  ["the default key file", recipient, async (folder) => {
    await Deno.mkdir(`${folder}/sops/age`, { recursive: true });
    await Deno.writeTextFile(`${folder}/sops/age/keys.txt`, identity);
    return { XDG_CONFIG_HOME: folder };
  }],
  ["the default key file below HOME", recipient, async (folder) => {
    await Deno.mkdir(`${folder}/.config/sops/age`, { recursive: true });
    await Deno.writeTextFile(`${folder}/.config/sops/age/keys.txt`, identity);
    return { HOME: folder };
  }],
  ["a key file with a passphrase", recipient, async (folder) => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase("horse");
    encrypter.setScryptWorkFactor(10);
    const file = await encrypter.encrypt(identity);
    await Deno.writeTextFile(`${folder}/key`, armor.encode(file));
    return { SOPS_AGE_KEY_FILE: `${folder}/key`, SOPS_AGE_KEY_PASSPHRASE: "horse" };
  }],
  [
    "a post-quantum key",
    await identityToRecipient(hybrid),
    () => Promise.resolve({ SOPS_AGE_KEY: hybrid }),
  ],
];

for (const [what, to, source] of sources) {
  engineTest("sops", `${what} opens a file`, async ({ sops }) => {
    await withEncrypted(sops, "a.yaml", "a: b\n", ["--age", to], async (path, folder) => {
      const values = await source(folder);
      assert.deepEqual(await dataOf(path, (name) => values[name]), { a: "b" });
    });
  });
}

engineTest("sops", "a key command runs once for any number of files", async ({ sops }) => {
  await withEncrypted(sops, "a.yaml", "a: b\n", ["--age", recipient], async (path, folder) => {
    const script = `${folder}/command`;
    const text = `#!/bin/sh\necho x >> ${folder}/runs\necho ${identity}\n`;
    await Deno.writeTextFile(script, text, { mode: 0o755 });
    const env: Env = (name) => name === "SOPS_AGE_KEY_CMD" ? script : undefined;
    const all = await Promise.all([1, 2, 3].map(() => dataOf(path, env)));
    assert.deepEqual(all, [{ a: "b" }, { a: "b" }, { a: "b" }]);
    assert.equal(await Deno.readTextFile(`${folder}/runs`), "x\n");
  });
});

const useless: [what: string, source: Source, says: RegExp][] = [
  [
    "no key at all",
    () => Promise.resolve({}),
    /it is encrypted to age1.*looked for an identity in/,
  ],
  [
    "a text that is no key",
    () => Promise.resolve({ SOPS_AGE_KEY: "AGE-SECRET-KEY-1CANARY" }),
    /SOPS_AGE_KEY: line 1 is no age identity/,
  ],
  [
    "a key file that is not there",
    () => Promise.resolve({ SOPS_AGE_KEY_FILE: "/nowhere" }),
    /SOPS_AGE_KEY_FILE: \/nowhere: no such file/,
  ],
  [
    "a command that fails",
    () => Promise.resolve({ SOPS_AGE_KEY_CMD: "false" }),
    /SOPS_AGE_KEY_CMD: false failed with exit code 1/,
  ],
];

for (const [what, source, says] of useless) {
  engineTest("sops", `with ${what} a file stays closed, and no key is told`, async ({ sops }) => {
    await withEncrypted(sops, "a.yaml", "a: b\n", ["--age", recipient], async (path, folder) => {
      const values = await source(folder);
      await assert.rejects(dataOf(path, (name) => values[name]), (error: Error) => {
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /CANARY|AGE-SECRET-KEY-1[0-9A-Z]/);
        return true;
      });
    });
  });
}

engineTest(
  "sops",
  "an SSH key goes through sops, whose output is not passed on",
  async ({ sops }) => {
    const folder = await Deno.makeTempDir();
    try {
      await execOrThrow("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/key`]);
      const to = (await Deno.readTextFile(`${folder}/key.pub`)).trim();
      const text = "a: b\nbytes: !!binary gIGC\nopen_unencrypted: canary\n";
      await withEncrypted(sops, "a.yaml", text, ["--age", to], async (path) => {
        Deno.env.set("SOPS_AGE_SSH_PRIVATE_KEY_FILE", `${folder}/key`);
        try {
          const { documents: [document] } = await readSopsFile(path, () => undefined);
          assert.deepEqual(document.entries.map(([name, { kind }]) => [name, kind]), [
            ["a", "str"],
            ["bytes", "str"],
            ["open_unencrypted", "str"],
          ]);
          await Deno.writeTextFile(
            path,
            (await Deno.readTextFile(path)).replace("canary", "canary2"),
          );
          await assert.rejects(readSopsFile(path, () => undefined), (error: Error) => {
            assert.match(
              error.message,
              /needs sops \(a recipient of type age\): Cannot decrypt .*does not match/,
            );
            assert.doesNotMatch(error.message, /canary/);
            return true;
          });
        } finally {
          Deno.env.delete("SOPS_AGE_SSH_PRIVATE_KEY_FILE");
        }
        await assert.rejects(readSopsFile(path, () => undefined), /no key at hand opens it/);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

engineTest(
  ["sops", "bao"],
  "Vault's transit engine opens a file, but only of a Vault that is known",
  async ({ sops, bao }) => {
    await withBao(bao.path, async (server) => {
      await server.request("POST", "sys/mounts/transit", { type: "transit" });
      await server.request("POST", "transit/keys/ci", {});
      const login = { VAULT_ADDR: server.address, VAULT_TOKEN: server.token };
      const uri = `${server.address}/v1/transit/keys/ci`;
      const args = ["--hc-vault-transit", uri];
      await withEncrypted(sops, "a.yaml", "a: b\n", args, async (path) => {
        const read = (values: Record<string, string>) => dataOf(path, (name) => values[name]);
        assert.deepEqual(await read(login), { a: "b" });
        await assert.rejects(
          read({ ...login, VAULT_ADDR: "https://elsewhere.example.com" }),
          /transit\/keys\/ci \(it is not the Vault of VAULT_ADDR .* no token is sent to it\)/,
        );
        await assert.rejects(read({ ...login, VAULT_TOKEN: "wrong" }), /no key at hand opens it/);
      }, login);
    });
  },
);
