/** SOPS files into a real server, by the task that people run. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { Exit } from "lib/cli/task.ts";
import { prepareSync } from "lib/secrets/sync/run.ts";
import { task } from "tasks/sync_secrets.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

const KEY_FILE = `${ROOT}/tests/fixtures/keys/example-ci.agekey`;
const WORDS = ["--context", "xqwatcher", "--env", "ci"];
const PATH = "secret-xqwatcher/data/grader-config";

function sync(bao: Pick<Bao, "address" | "token">, words: string[] = [], env = {}) {
  const variables = {
    VAULT_ADDR: bao.address,
    VAULT_TOKEN: bao.token,
    SOPS_AGE_KEY_FILE: KEY_FILE,
    ...env,
  };
  return runWith(task, [...WORDS, ...words], fakeIo({ env: variables }));
}

async function mount(bao: Bao, version = "2"): Promise<void> {
  const { status } = await bao.request("POST", "sys/mounts/secret-xqwatcher", {
    type: "kv",
    options: { version },
  });
  assert.equal(status, 204);
}

async function held(bao: Bao): Promise<{ data: Record<string, unknown>; version: number }> {
  const { data } = JSON.parse((await bao.request("GET", PATH)).text).data;
  const { metadata } = JSON.parse((await bao.request("GET", PATH)).text).data;
  return { data, version: metadata.version };
}

const OTHER = "0".repeat(32);

engineTest("bao", "a context is planned, written once, and then in sync", async (engines, t) => {
  await withBao(engines.bao.path, async (bao) => {
    await mount(bao);
    let digest = "";

    await t.step("the plan shows keys and lengths and writes nothing", async () => {
      const { code, stdout } = await sync(bao);
      assert.equal(code, Exit.Pending);
      assert.match(stdout, /^add +secret-xqwatcher\/grader-config/);
      assert.match(stdout, /\+connections \(1\) \+xqueue_password \(\d+\) \+xqueue_username \(9\)/);
      digest = /--digest ([0-9a-f]{32})/.exec(stdout)![1];
      assert.equal((await bao.request("GET", PATH)).status, 404);
    });

    await t.step("another digest is refused", async () => {
      const { code, stderr } = await sync(bao, ["--apply", "--digest", OTHER]);
      assert.equal(code, Exit.Failed);
      assert.match(stderr, /The plan is now [0-9a-f]{32}, not 0{32}/);
      assert.equal((await bao.request("GET", PATH)).status, 404);
    });

    await t.step("--apply writes version 1, typed as in the file", async () => {
      const { code, stdout, stderr } = await sync(bao, ["--apply", "--digest", digest]);
      assert.equal(code, Exit.Ok, stderr);
      assert.match(stdout, /1 version written/);
      const { data, version } = await held(bao);
      assert.equal(version, 1);
      assert.equal(data.xqueue_username, "xqwatcher");
      assert.equal(data.connections, 4);
      assert.ok(!(stdout + stderr).includes(String(data.xqueue_password)), "no value is shown");
    });

    await t.step("a second run is in sync and writes no version", async () => {
      const { code, stdout } = await sync(bao, ["--apply"]);
      assert.equal(code, Exit.Ok);
      assert.match(stdout, /In sync/);
      assert.equal((await held(bao)).version, 1);
    });

    await t.step(
      "a write that was interrupted before its claim is claimed, no version written",
      async () => {
        await bao.request("POST", "secret-xqwatcher/metadata/grader-config", {
          custom_metadata: {},
        });
        assert.equal((await sync(bao)).code, Exit.Pending);
        assert.equal((await sync(bao, ["--apply"])).code, Exit.Ok);
        assert.equal((await held(bao)).version, 1);
        assert.equal((await sync(bao)).code, Exit.Ok);
      },
    );

    await t.step(
      "what was edited in Vault is reported, and written over when adopted",
      async () => {
        const { data } = await held(bao);
        await bao.request("POST", PATH, { data: { ...data, connections: 9, old: "x" } });
        const planned = await sync(bao);
        assert.equal(planned.code, Exit.Failed);
        assert.match(planned.stdout, /^conflict .* since version 1, .*: ~connections \(1\) -old$/m);
        assert.match((await sync(bao, ["--adopt"])).stdout, /^change .* ~connections \(1\) -old/);
        assert.equal((await sync(bao, ["--apply", "--adopt"])).code, Exit.Ok);
        assert.equal((await held(bao)).data.connections, 4);
        assert.equal((await held(bao)).version, 3);
      },
    );

    await t.step("a soft-deleted secret is restored", async () => {
      await bao.request("DELETE", PATH);
      assert.match((await sync(bao)).stdout, /^restore/);
      assert.equal((await sync(bao, ["--apply"])).code, Exit.Ok);
      assert.equal((await held(bao)).version, 4);
    });

    await t.step("what someone else wrote is reported and left alone, unless adopted", async () => {
      await bao.request("POST", PATH, { data: { foreign: "value" } });
      await bao.request("POST", "secret-xqwatcher/metadata/grader-config", { custom_metadata: {} });
      const { code, stderr } = await sync(bao, ["--apply"]);
      assert.equal(code, Exit.Failed);
      assert.match(stderr, /was written by someone else: take it over with --adopt/);
      assert.deepEqual((await held(bao)).data, { foreign: "value" });
      assert.equal((await sync(bao, ["--apply", "--adopt"])).code, Exit.Ok);
      assert.equal((await held(bao)).data.connections, 4);
    });

    await t.step("a token that may not write changes nothing", async () => {
      await bao.request("PUT", "sys/policies/acl/reader", {
        policy: 'path "secret-xqwatcher/*" { capabilities = ["read"] }',
      });
      const answer = await bao.request("POST", "auth/token/create", { policies: ["reader"] });
      const token = JSON.parse(answer.text).auth.client_token;
      await bao.request("DELETE", PATH);
      const { code, stderr } = await sync({ ...bao, token }, ["--apply"]);
      assert.equal(code, Exit.Failed);
      assert.match(
        stderr,
        /does not allow the token to write secret-xqwatcher\/data\/grader-config: it needs update/,
      );
    });

    await t.step(
      "where a mount may not be listed, --delete is refused and else warned",
      async () => {
        const policy =
          'path "secret-xqwatcher/+/grader-config" { capabilities = ["create", "read", "update"] }';
        await bao.request("PUT", "sys/policies/acl/writer", { policy });
        const answer = await bao.request("POST", "auth/token/create", { policies: ["writer"] });
        const blind = { ...bao, token: JSON.parse(answer.text).auth.client_token };
        const refused = await sync(blind, ["--apply", "--delete"]);
        assert.equal(refused.code, Exit.Failed);
        assert.match(refused.stderr, /may not list secret-xqwatcher: .* leave --delete away/);
        const { code, stderr } = await sync(blind, ["--apply"]);
        assert.equal(code, Exit.Ok, stderr);
        assert.match(stderr, /^warning: secret-xqwatcher may not be listed: /m);
      },
    );

    await t.step("a sealed server is said to be sealed", async () => {
      await bao.request("PUT", "sys/seal");
      const { code, stderr } = await sync(bao);
      assert.equal(code, Exit.Failed);
      assert.match(stderr, /^error: Vault at http:\/\/127\.0\.0\.1:\d+ is sealed: unseal it$/);
    });
  });
});

engineTest("bao", "a server that is not ready for it is told apart", async ({ bao: engine }, t) => {
  await withBao(engine.path, async (bao) => {
    const rows: [
      what: string,
      env: Record<string, string>,
      says: RegExp,
      before?: () => Promise<unknown>,
    ][] = [
      ["a missing mount", {}, /Vault has no mount secret-xqwatcher\//],
      ["a wrong token", { VAULT_TOKEN: "wrong" }, /refuses the token/],
      ["no token", { VAULT_TOKEN: "" }, /There is no Vault token: set VAULT_TOKEN/],
      ["an address that is none", { VAULT_ADDR: "vault" }, /VAULT_ADDR "vault" is no address/],
      ["an unreachable server", { VAULT_ADDR: "http://127.0.0.1:9" }, /cannot be reached/],
      ["a KV v1 mount", {}, /is KV version 1, which has no check-and-set/, () => mount(bao, "1")],
    ];
    for (const [what, env, says, before] of rows) {
      await t.step(what, async () => {
        await before?.();
        const { code, stderr } = await sync(bao, [], env);
        assert.equal(code, Exit.Failed);
        assert.match(stderr, says);
      });
    }
  });
});

const unusable: [
  what: string,
  words: string[],
  env: Record<string, string>,
  code: Exit,
  says: RegExp,
][] = [
  [
    "a key that does not open the file",
    [],
    { SOPS_AGE_KEY_FILE: `${ROOT}/tests/fixtures/keys/example-qa.agekey` },
    Exit.Failed,
    /grader-config\.ci\.yaml: no key at hand opens it: it is encrypted to age1/,
  ],
  [
    "a key file that is missing",
    [],
    { SOPS_AGE_KEY_FILE: "/nonexistent" },
    Exit.Failed,
    /no such file/,
  ],
  ["an unknown context", ["--context", "xqwatchr"], {}, Exit.Usage, /did you mean "xqwatcher"\?/],
  ["--digest without --apply", ["--digest", OTHER], {}, Exit.Usage, /--digest goes with --apply/],
  ["an empty --digest", ["--apply", "--digest", ""], {}, Exit.Usage, /32 hexadecimal digits/],
];

for (const [what, words, env, code, says] of unusable) {
  Deno.test(`${what} is refused before Vault is asked`, async () => {
    const result = await sync({ address: "http://127.0.0.1:9", token: "t" }, words, env);
    assert.equal(result.code, code);
    assert.match(result.stderr, says);
    assert.doesNotMatch(result.stderr, /AGE-SECRET-KEY/);
  });
}

engineTest(
  "bao",
  "several environments are one run, each at its own server",
  async (engines, t) => {
    const keys = await Promise.all(
      ["ci", "qa"].map((name) =>
        Deno.readTextFile(`${ROOT}/tests/fixtures/keys/example-${name}.agekey`)
      ),
    );
    await withBao(engines.bao.path, async (ci) => {
      await withBao(engines.bao.path, async (qa) => {
        await mount(ci);
        await mount(qa);
        const env = {
          VAULT_ADDR_CI: ci.address,
          VAULT_TOKEN_CI: ci.token,
          VAULT_ADDR_QA: qa.address,
          VAULT_TOKEN_QA: qa.token,
          SOPS_AGE_KEY: keys.join("\n"),
          HOME: "/nonexistent",
        };
        const run = (words: string[], variables: Record<string, string> = env) =>
          runWith(
            task,
            ["--context", "xqwatcher", "--env", "ci", "--env", "qa", ...words],
            fakeIo({ env: variables }),
          );

        await t.step("the plan tells them apart, under one digest", async () => {
          const { code, stdout, stderr } = await run(["--json"]);
          assert.equal(code, Exit.Pending, stderr);
          const plan = JSON.parse(stdout);
          assert.deepEqual(
            plan.secrets.map((
              { environment, action }: Record<string, string>,
            ) => [environment, action]),
            [["ci", "add"], ["qa", "add"]],
          );
          assert.deepEqual(plan.applied, []);
          const applied = await run(["--apply", "--json", "--digest", plan.digest]);
          assert.equal(applied.code, Exit.Ok, applied.stderr);
          assert.deepEqual(
            JSON.parse(applied.stdout).applied.map(({ outcome }: { outcome: string }) => outcome),
            ["written", "written"],
          );
          assert.equal((await held(ci)).version, 1);
          assert.equal((await held(qa)).version, 1);
          assert.notEqual(
            (await held(ci)).data.xqueue_password,
            (await held(qa)).data.xqueue_password,
          );
        });

        await t.step("neither server gets the other's token", async () => {
          const { VAULT_TOKEN_QA: _, ...rest } = env;
          const { code, stderr } = await run([], { ...rest, VAULT_TOKEN: ci.token });
          assert.equal(code, Exit.Failed);
          assert.match(stderr, /There is no Vault token: set VAULT_TOKEN \(with several/);
        });

        await t.step("F22 two environments at one server would write one path", async () => {
          const { code, stderr } = await run([], { ...env, VAULT_ADDR_QA: ci.address });
          assert.equal(code, Exit.Failed);
          assert.match(stderr, /both say secret-xqwatcher\/grader-config of one Vault/);
        });
      });
    });
  },
);

Deno.test("F17 a checkout without secrets is told from one that wants none", async () => {
  const root = await Deno.makeTempDir();
  try {
    const request = {
      root,
      contexts: [],
      environments: ["ci"] as const,
      adopt: false,
      delete: true,
      bounds: { max: 1000 },
      full: false,
      concurrency: 1,
      env: () => undefined,
      signal: new AbortController().signal,
    };
    await assert.rejects(prepareSync(request), /secrets\/ holds no context/);
    await Deno.mkdir(`${root}/secrets/app`, { recursive: true });
    await assert.rejects(prepareSync(request), /secrets\/app\/schema\.ts: no such file/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
