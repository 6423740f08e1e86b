/** A server on Raft storage, with limits and a seal of its own. */
import assert from "node:assert/strict";
import { summarize } from "lib/secrets/sync/report.ts";
import { withRaftBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import * as vault from "tests/support/synced_vault.ts";
import { startProxy } from "tests/support/vault_proxy.ts";

engineTest(
  "bao",
  "F27 sealed midway, unsealed, and gone on with: nothing is written twice",
  async (engines, t) => {
    await withRaftBao(engines.bao.path, async (bao) => {
      await vault.mountKv(bao);
      const secrets = Array.from(
        { length: 20 },
        (_, i) => vault.wantedSecret(`s${i}`, { password: `value-${i}` }),
      );
      const isDataWrite = ({ method, path }: { method: string; path: string }) =>
        method === "POST" && path.startsWith("app/data/");
      let writes = 0;
      await t.step("the run stops and says what is left", async () => {
        await using proxy = startProxy(bao.address, async (request) => {
          if (isDataWrite(request) && ++writes === 8) await bao.request("PUT", "sys/seal");
          return undefined;
        });
        const server = { address: proxy.address, token: bao.token };
        const { applied } = await vault.syncWith(server, secrets, { client: { concurrency: 3 } });
        assert.match(applied.find(({ problem }) => problem)!.problem!, /is sealed: unseal it/);
        assert.match(summarize(applied), /left/);
      });

      await t.step("a sealed server is not asked for anything more", async () => {
        await assert.rejects(vault.syncWith(bao, secrets), /is sealed: unseal it/);
      });

      await t.step("the next run writes only the rest", async () => {
        await bao.request("POST", "sys/unseal", { key: bao.unsealKey });
        let turns = 0;
        while ((await bao.request("GET", "sys/health")).status !== 200 && turns++ < 1000) {
          await vault.noWait();
        }
        const before = await Promise.all(secrets.map(({ path }) => vault.heldAt(bao, path)));
        const done = before.filter(({ version }) => version === 1).length;
        assert.ok(done > 0 && done < 20, `${done} were written`);
        await using proxy = startProxy(bao.address);
        await vault.syncWith({ address: proxy.address, token: bao.token }, secrets);
        assert.equal(proxy.requests.filter(isDataWrite).length, 20 - done);
        for (const { path, data } of secrets) {
          const { version, data: there } = await vault.heldAt(bao, path);
          assert.deepEqual([version, there], [1, data]);
        }
      });

      await t.step(
        "F37 what is within the limits is taken, what is not is refused before",
        async () => {
          const most = vault.wantedSecret("most", { text: "x".repeat(1024 * 1024 - 5000) });
          assert.equal(summarize((await vault.syncWith(bao, [most])).applied), "1 version written");
          const strings = Object.fromEntries(Array.from({ length: 498 }, (_, i) => [`k${i}`, "v"]));
          const full = vault.wantedSecret("full", strings);
          assert.equal(summarize((await vault.syncWith(bao, [full])).applied), "1 version written");
          const over = vault.wantedSecret("over", { ...strings, one: "more" });
          await assert.rejects(
            vault.syncWith(bao, [over]),
            /998 keys and texts, OpenBao takes 997/,
          );
        },
      );
    });
  },
);
