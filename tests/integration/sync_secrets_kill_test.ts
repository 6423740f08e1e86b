/** The task as a process that is ended midway, in front of a real server. */
import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { summarize } from "lib/secrets/sync/report.ts";
import { prepareSync } from "lib/secrets/sync/run.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { makeSecretsRoot, type SecretsRoot } from "tests/support/secrets_root.ts";
import { freshMount, heldAt } from "tests/support/synced_vault.ts";
import { type ProxiedRequest, startProxy } from "tests/support/vault_proxy.ts";

const FILES = Object.fromEntries(
  Array.from({ length: 16 }, (_, i) => [`s${i}`, { user: `user-${i}`, password: `secret-${i}` }]),
);
const WORDS = ["--env", "ci", "--apply", "--concurrency", "4"];

const isWrite = ({ method, path }: ProxiedRequest) =>
  (method === "POST" || method === "PATCH") && /^app\/(data|metadata)\//.test(path);
const isDataWrite = (request: ProxiedRequest) =>
  isWrite(request) && request.path.startsWith("app/data/");

/** Syncs in this process, and counts versions. */
async function rerun(root: SecretsRoot, bao: Bao): Promise<string> {
  const env = (name: string) =>
    ({ VAULT_ADDR: bao.address, VAULT_TOKEN: bao.token, ...root.env } as Record<string, string>)[
      name
    ];
  await using sync = await prepareSync({
    root: root.path,
    contexts: ["app"],
    environments: ["ci"],
    adopt: false,
    delete: false,
    bounds: {},
    full: false,
    concurrency: 8,
    env,
    signal: new AbortController().signal,
  });
  return summarize(await sync.apply());
}

engineTest(
  ["bao", "sops"],
  "F38 after kill -9 at any write, the next run writes only the rest",
  async (engines, t) => {
    await using root = await makeSecretsRoot(engines.sops.path, { app: FILES });
    await withBao(engines.bao.path, async (bao) => {
      for (let last = 1; last <= 30; last++) {
        const isDone = last % 2 === 1;
        await t.step(`at write ${last}, which ${isDone ? "is done" : "is not done"}`, async () => {
          await freshMount(bao);
          let writes = 0;
          await using proxy = startProxy(bao.address, (request) => {
            if (!isWrite(request)) return undefined;
            if (++writes === last) child.kill("SIGKILL");
            return writes < last || (writes === last && isDone) ? undefined : "drop";
          });
          const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: bao.token };
          const child = root.start("sync-secrets", WORDS, env);
          const { signal } = await child.output();
          assert.equal(signal, "SIGKILL");
          await proxy.settled();

          const versions = async () =>
            (await Promise.all(Object.keys(FILES).map((name) => heldAt(bao, name)))).map((held) =>
              held.version
            );
          const before = await versions();
          const done = before.filter((version) => version === 1).length;
          await using counting = startProxy(bao.address);
          await rerun(root, { ...bao, address: counting.address });
          assert.equal(counting.requests.filter(isDataWrite).length, before.length - done);
          assert.deepEqual(await versions(), before.map(() => 1));
          assert.equal(await rerun(root, bao), "0 versions written");
        });
      }
    });
  },
);

engineTest(
  ["bao", "sops"],
  "F38 Ctrl-C ends what is begun, begins nothing, and says what is left",
  async (engines) => {
    await using root = await makeSecretsRoot(engines.sops.path, { app: FILES });
    await withBao(engines.bao.path, async (bao) => {
      await freshMount(bao);
      let writes = 0;
      const stopping = Promise.withResolvers<void>();
      await using proxy = startProxy(bao.address, async (request) => {
        if (isDataWrite(request) && ++writes === 5) child.kill("SIGINT");
        if (writes >= 5) await stopping.promise;
        return undefined;
      });
      const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: bao.token };
      const child = root.start("sync-secrets", WORDS, env);
      const said = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
        new WritableStream({
          write: (text) => {
            if (text.includes("Stopping")) stopping.resolve();
          },
        }),
      );
      const [text, { code }] = await Promise.all([
        new Response(child.stdout).text(),
        child.status,
        said,
      ]);
      assert.equal(code, 130);
      const [, written, left] = /(\d+) versions written, (\d+) left/.exec(text) ?? [];
      assert.equal(Number(written) + Number(left), 16, text);
      assert.ok(Number(written) >= 5 && Number(written) <= 8, text);
      assert.equal(await rerun(root, bao), `${left} versions written`);
    });
  },
);

engineTest(
  ["bao", "sops"],
  "F27 a sealed server midway: exit code 3, and the rest once it is unsealed",
  async (engines) => {
    await using root = await makeSecretsRoot(engines.sops.path, { app: FILES });
    await withBao(engines.bao.path, async (bao) => {
      await freshMount(bao);
      let writes = 0;
      await using proxy = startProxy(bao.address, (request) => {
        // As if sealed: the server itself goes on, so that it can be looked at.
        if (!isDataWrite(request) && writes < 4) return undefined;
        return ++writes > 4
          ? Response.json({ errors: ["Vault is sealed"] }, { status: 503 })
          : undefined;
      });
      const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: bao.token };
      const { code, stdout, stderr } = await root.start("sync-secrets", WORDS, env).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assert.equal(code, Exit.Pending, out + err);
      assert.match(err, /is sealed: unseal it/);
      assert.match(out, /\d+ left/);
      await rerun(root, bao);
      for (const name of Object.keys(FILES)) assert.equal((await heldAt(bao, name)).version, 1);
    });
  },
);
