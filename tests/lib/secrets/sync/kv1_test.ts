/** KV version 1, which is taken only when it is asked for. */
import assert from "node:assert/strict";
import { withLock } from "lib/secrets/sync/lock.ts";
import { conflictsOf } from "lib/secrets/sync/plan.ts";
import { preparePlan } from "lib/secrets/sync/prepare.ts";
import { summarize } from "lib/secrets/sync/report.ts";
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

engineTest("bao", "KV v1: a lock whose answer is lost is ours all the same", async (engines) => {
  await withMounts(engines.bao.path, async (bao) => {
    let lost = 0;
    await using proxy = startProxy(
      bao.address,
      ({ method, path }) =>
        method === "POST" && path === "locks/data/sync" && ++lost === 1 ? "lose" : undefined,
    );
    const server = { address: proxy.address, token: bao.token };
    assert.deepEqual(outcomes(await vault.syncWith(server, [secret], { kv1Lock: LOCK })), [
      "written",
    ]);
    const lock = JSON.parse((await bao.request("GET", "locks/data/sync")).text).data.data;
    assert.deepEqual(lock, { holder: "", until: "" }, "it is given back");
  });
});

engineTest(
  "bao",
  "KV v1: a lock that another has fails one environment, and leaves no other midway",
  async (engines) => {
    await withMounts(engines.bao.path, async (bao) => {
      await vault.mountKv(bao);
      const until = new Date(Date.now() + 60_000).toISOString();
      await vault.writeForeign(bao, "lock", { holder: "a colleague", until });
      const wanted = [
        secret,
        vault.wantedSecret("port", { port: 1 }, { mount: "old" }),
        ...Array.from(
          { length: 40 },
          (_, i) => vault.wantedSecret(`s${i}`, { value: "v" }, { environment: "qa" }),
        ),
      ];
      const [ci, qa] = [await vault.clientFor(bao), await vault.clientFor(bao)];
      const { signal } = new AbortController();
      const { apply } = await preparePlan(
        wanted,
        ({ data }) => Promise.resolve(data),
        new Map([["ci", Promise.resolve(ci)], ["qa", Promise.resolve(qa)]]),
        {
          adopt: false,
          delete: false,
          bounds: {},
          full: false,
          scope: { contexts: new Set(["app"]), mounts: new Set(), known: new Set(["app"]) },
          kv1Lock: { mount: "app", path: "lock" },
          signal,
        },
      );
      const applied = await apply();
      await Promise.all([ci.close(), qa.close()]);
      assert.equal(summarize(applied), "40 versions written, 2 failed");
      const problems = applied.flatMap(({ problem }) => problem ?? []);
      assert.equal(problems.length, 1);
      assert.match(problems[0], /The lock app\/lock is held by a colleague until .*: wait/);
      assert.equal((await bao.request("GET", "old/db")).status, 404);
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
