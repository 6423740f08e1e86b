/** What an unchanged run does not do, and what it does not miss for it. */
import assert from "node:assert/strict";
import type { WantedSecret } from "lib/secrets/context.ts";
import { preparePlan } from "lib/secrets/sync/prepare.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import * as vault from "tests/support/synced_vault.ts";
import { startProxy } from "tests/support/vault_proxy.ts";

const secrets = Array.from(
  { length: 30 },
  (_, i) => vault.wantedSecret(`s${i}`, { password: `value-${i}` }),
);

/** Plans, and tells what was opened and what was asked. */
async function look(
  bao: Pick<Bao, "address" | "token">,
  { wanted = secrets as readonly WantedSecret[], full = false } = {},
) {
  await using proxy = startProxy(bao.address);
  const client = await vault.clientFor({ address: proxy.address, token: bao.token });
  let opened = 0;
  const gate = Promise.withResolvers<void>();
  const open = async ({ data }: WantedSecret) => {
    // A file may be opened before anything is known of Vault; the next not before all is.
    if (opened++ > 0) await gate.promise;
    return data;
  };
  const isOver = () =>
    proxy.requests.some(({ method }) => method === "SCAN" || method === "LIST") &&
    proxy.durations().length === proxy.requests.length;
  const watch = (async () => {
    while (!isOver()) await vault.noWait();
    for (let turn = 0; turn < 200; turn++) await vault.noWait();
    gate.resolve();
  })();
  const { plan } = await preparePlan(wanted, open, new Map([["ci", Promise.resolve(client)]]), {
    adopt: false,
    delete: false,
    bounds: {},
    full,
    scope: { contexts: new Set(["app"]), mounts: new Set(), known: new Set(["app"]) },
    signal: new AbortController().signal,
  });
  await watch;
  await client.close();
  const reads = proxy.requests.filter(({ method, path }) =>
    method === "GET" && path.startsWith("app/data/")
  );
  const pending = plan.secrets.filter(({ action }) => action !== "unchanged");
  return {
    opened,
    reads: reads.length,
    pending: pending.map(({ action, path }) => `${action} ${path}`),
  };
}

engineTest("bao", "an unchanged run opens nothing and reads no value", async (engines, t) => {
  await withBao(engines.bao.path, async (bao) => {
    await vault.freshMount(bao);
    await vault.syncWith(bao, secrets);

    await t.step("what is known from one scan is not asked again", async () => {
      const { opened, reads, pending } = await look(bao);
      assert.deepEqual({ reads, pending }, { reads: 0, pending: [] });
      assert.ok(opened <= 2, `${opened} opened`);
    });

    await t.step("--full opens and reads everything", async () => {
      assert.deepEqual(await look(bao, { full: true }), { opened: 30, reads: 30, pending: [] });
    });

    await t.step("a file that changed is opened, and its secret read", async () => {
      const wanted = [...secrets.slice(0, 29), vault.wantedSecret("s29", { password: "next" })];
      const { reads, pending } = await look(bao, { wanted });
      assert.deepEqual({ reads, pending }, { reads: 1, pending: ["change s29"] });
    });

    await t.step("a file that was encrypted anew is compared and found unchanged", async () => {
      const wanted = [...secrets.slice(0, 29), { ...secrets[29], sourceDigest: "anew" }];
      const { reads, pending } = await look(bao, { wanted });
      assert.deepEqual({ reads, pending }, { reads: 1, pending: [] });
    });

    await t.step("what someone else wrote, deleted or destroyed is seen", async () => {
      await vault.writeForeign(bao, "s3", { password: "foreign" });
      await bao.request("DELETE", "app/data/s4");
      await bao.request("POST", "app/destroy/s5", { versions: [1] });
      const { pending } = await look(bao);
      assert.deepEqual(pending, ["conflict s3", "restore s4", "restore s5"]);
    });

    await t.step("a token that may not scan lists and reads, and opens as little", async () => {
      const rules = 'path "app/*" { capabilities = ["read", "list", "update", "patch"] }';
      await bao.request("PUT", "sys/policies/acl/lister", { policy: rules });
      const answer = await bao.request("POST", "auth/token/create", { policies: ["lister"] });
      const token = JSON.parse(answer.text).auth.client_token;
      const { reads, pending } = await look({ address: bao.address, token });
      assert.deepEqual(pending, ["conflict s3", "restore s4", "restore s5"]);
      assert.equal(reads, 30);
    });
  });
});
