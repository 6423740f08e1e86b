/** KV version 1, which is taken only when it is asked for. */
import assert from "node:assert/strict";
import { withLock } from "lib/secrets/sync/lock.ts";
import { conflictsOf } from "lib/secrets/sync/plan.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import * as vault from "tests/support/synced_vault.ts";
import { startProxy } from "tests/support/vault_proxy.ts";

const LOCK = { mount: "locks", path: "sync" };
const secret = vault.wantedSecret("db", { password: "wanted", port: 5432 }, { mount: "old" });
const held = async (bao: Bao) => JSON.parse((await bao.request("GET", "old/db")).text).data;
const outcomes = ({ applied }: Awaited<ReturnType<typeof vault.syncWith>>) =>
  applied.map(({ outcome }) => outcome);

async function withMounts(path: string, use: (bao: Bao) => Promise<void>): Promise<void> {
  await withBao(path, async (bao) => {
    await vault.mountKv(bao, "old", "1");
    await vault.mountKv(bao, "locks");
    await use(bao);
  });
}

engineTest(
  "bao",
  "KV v1: refused, unless a lock is named; then written and read back",
  async (engines) => {
    await withMounts(engines.bao.path, async (bao) => {
      await assert.rejects(vault.syncWith(bao, [secret]), /old\/ is KV version 1, .* --kv1-lock/);
      assert.deepEqual(outcomes(await vault.syncWith(bao, [secret], { kv1Lock: LOCK })), [
        "written",
      ]);
      assert.deepEqual(await held(bao), secret.data);
      const again = await vault.syncWith(bao, [secret], { kv1Lock: LOCK });
      assert.deepEqual(again.plan.secrets.map(({ action }) => action), ["unchanged"]);

      await bao.request("POST", "old/db", { password: "foreign" });
      const met = await vault.syncWith(bao, [secret], { kv1Lock: LOCK });
      assert.match(conflictsOf(met.plan)[0].reason!, /KV version 1 keeps no record/);
      assert.deepEqual(await held(bao), { password: "foreign" });
      await vault.syncWith(bao, [secret], { kv1Lock: LOCK, adopt: true });
      assert.deepEqual(await held(bao), secret.data);
    });
  },
);

engineTest("bao", "KV v1: what is written since the plan stays", async (engines) => {
  await withMounts(engines.bao.path, async (bao) => {
    let wasWritten = false;
    await using proxy = startProxy(bao.address, async ({ method, path }) => {
      if (method === "POST" && path === "locks/data/sync" && !wasWritten) {
        wasWritten = true;
        await bao.request("POST", "old/db", { password: "foreign" });
      }
      return undefined;
    });
    const server = { address: proxy.address, token: bao.token };
    const result = await vault.syncWith(server, [secret], { kv1Lock: LOCK });
    assert.deepEqual(outcomes(result), ["conflict"]);
    assert.deepEqual(await held(bao), { password: "foreign" });
  });
});

engineTest(
  "bao",
  "KV v1: one lock, one holder; given back, or over after its time",
  async (engines) => {
    await withMounts(engines.bao.path, async (bao) => {
      const client = await vault.clientFor(bao);
      let time = 1_800_000_000_000;
      const now = () => time;
      const lock = <T>(who: string, work: (isHeld: () => boolean) => Promise<T>) =>
        withLock(client, LOCK, who, work, now);
      await lock("first", async (isHeld) => {
        assert.equal(isHeld(), true);
        await assert.rejects(
          lock("second", () => Promise.resolve()),
          /The lock locks\/sync is held by first until 2027/,
        );
        time += 16 * 60_000;
        assert.equal(isHeld(), false);
        assert.equal(await lock("second", () => Promise.resolve("mine")), "mine");
      });
      assert.equal(await lock("third", () => Promise.resolve("free")), "free");
      await client.close();
    });
  },
);

engineTest("bao", "KV v1: of two that start at once, at most one writes", async (engines) => {
  await withMounts(engines.bao.path, async (bao) => {
    const runs = await Promise.allSettled(
      ["a", "b"].map((value) =>
        vault.syncWith(bao, [vault.wantedSecret("db", { value }, { mount: "old" })], {
          kv1Lock: LOCK,
        })
      ),
    );
    const written = runs.filter((run) =>
      run.status === "fulfilled" && outcomes(run.value)[0] === "written"
    );
    assert.equal(written.length, 1);
  });
});
