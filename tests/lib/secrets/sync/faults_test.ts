/** What goes wrong at the server and on the way to it, at a real one. Names as in the table of faults. */
import assert from "node:assert/strict";
import { conflictsOf } from "lib/secrets/sync/plan.ts";
import { summarize } from "lib/secrets/sync/report.ts";
import { appRoleAuth } from "lib/vault/auth/approle.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { OWNER } from "lib/secrets/sync/ownership.ts";
import { engineTest } from "tests/support/engine.ts";
import * as vault from "tests/support/synced_vault.ts";
import { type ProxiedRequest, startProxy, type Verdict } from "tests/support/vault_proxy.ts";

const { syncWith, wantedSecret, heldAt } = vault;
const actions = ({ plan }: Awaited<ReturnType<typeof syncWith>>) =>
  plan.secrets.map(({ action }) => action);
const outcomes = ({ applied }: Awaited<ReturnType<typeof syncWith>>) =>
  applied.map(({ outcome }) => outcome);
const many = (length: number, value = "value") =>
  Array.from({ length }, (_, i) => wantedSecret(`s${i}`, { key: `${value}-${i}` }));
const isDataWrite = ({ method, path }: ProxiedRequest) =>
  method === "POST" && path.startsWith("app/data/");

/** Syncs through a proxy. */
async function through<T>(
  bao: Bao,
  judge: (request: ProxiedRequest) => Verdict | Promise<Verdict>,
  use: (
    server: { address: string; token: string },
    proxy: ReturnType<typeof startProxy>,
  ) => Promise<T>,
): Promise<T> {
  await using proxy = startProxy(bao.address, judge);
  return await use({ address: proxy.address, token: bao.token }, proxy);
}

const secret = wantedSecret("db", { password: "wanted-value" });

type Step = (bao: Bao) => Promise<void>;
const faults: Record<string, Step> = {
  "F25 a mount of KV version 1 is not written to": async (bao) => {
    await bao.request("DELETE", "sys/mounts/app");
    await vault.mountKv(bao, "app", "1");
    await assert.rejects(syncWith(bao, [secret]), /app\/ is KV version 1/);
    await bao.request("DELETE", "sys/mounts/app");
    await bao.request("POST", "sys/mounts/app", { type: "transit" });
    await assert.rejects(syncWith(bao, [secret]), /app\/ is of type transit, not kv/);
  },

  "F26 a missing mount is named, and nothing is written anywhere": async (bao) => {
    const other = wantedSecret("db", { a: "b" }, { mount: "elsewhere" });
    await assert.rejects(syncWith(bao, [secret, other]), /no mount elsewhere\//);
    assert.equal((await heldAt(bao, "db")).version, 0);
  },

  "F28 a server that bears three requests at once gets three": async (bao) => {
    let refused = 0;
    await through(
      bao,
      ({ atOnce }) => atOnce > 3 ? (refused++, new Response("", { status: 429 })) : undefined,
      async (server, proxy) => {
        const result = await syncWith(server, many(60));
        assert.equal(summarize(result.applied), "60 versions written");
        assert.ok(refused > 0 && refused < proxy.requests.length / 2, `${refused} refused`);
      },
    );
    for (let i = 0; i < 60; i++) assert.equal((await heldAt(bao, `s${i}`)).version, 1);
  },

  "F28 Retry-After is waited for": async (bao) => {
    let turnedAway = false;
    const waits: number[] = [];
    await through(
      bao,
      (request) => {
        if (turnedAway || !isDataWrite(request)) return undefined;
        turnedAway = true;
        return new Response("", { status: 429, headers: { "Retry-After": "7" } });
      },
      async (server) => {
        const wait = (milliseconds: number) => {
          waits.push(milliseconds);
          return vault.noWait();
        };
        assert.deepEqual(outcomes(await syncWith(server, [secret], { client: { wait } })), [
          "written",
        ]);
      },
    );
    assert.ok(waits.includes(7000), `waited ${waits}`);
  },

  "F29 a write whose answer is lost is found by reading, and not written twice": async (bao) => {
    let lost = 0;
    await through(
      bao,
      (request) => isDataWrite(request) && lost++ === 0 ? "lose" : undefined,
      async (server, proxy) => {
        assert.deepEqual(outcomes(await syncWith(server, [secret])), ["written"]);
        assert.equal(proxy.writes().filter((line) => line.includes("/data/")).length, 1);
      },
    );
    assert.equal((await heldAt(bao, "db")).version, 1);
    assert.deepEqual(actions(await syncWith(bao, [secret])), ["unchanged"]);
  },

  "F29 a write that never arrived is sent again, over the same version": async (bao) => {
    let lost = 0;
    await through(
      bao,
      (request) => isDataWrite(request) && lost++ < 3 ? "drop" : undefined,
      async (server) => assert.deepEqual(outcomes(await syncWith(server, [secret])), ["written"]),
    );
    assert.equal((await heldAt(bao, "db")).version, 1);
  },

  "F29 a lost write beside a foreign one is a conflict": async (bao) => {
    await through(
      bao,
      async (request) => {
        if (!isDataWrite(request)) return undefined;
        await vault.writeForeign(bao, "db", { password: "foreign" });
        return "drop";
      },
      async (server) => assert.deepEqual(outcomes(await syncWith(server, [secret])), ["conflict"]),
    );
    assert.deepEqual((await heldAt(bao, "db")).data, { password: "foreign" });
  },

  "F29 a gateway's 502 after the write is settled the same": async (bao) => {
    let answered = 0;
    await through(
      bao,
      async (request) => {
        if (!isDataWrite(request) || answered++ > 0) return undefined;
        const body = JSON.parse(request.body);
        await bao.request("POST", request.path, body);
        return new Response("bad gateway", { status: 502 });
      },
      async (server) => assert.deepEqual(outcomes(await syncWith(server, [secret])), ["written"]),
    );
    assert.equal((await heldAt(bao, "db")).version, 1);
  },

  "F30 a concurrent writer's version stays, and both values can be had": async (bao) => {
    await syncWith(bao, [secret]);
    await through(
      bao,
      async (request) => {
        if (isDataWrite(request)) await vault.writeForeign(bao, "db", { password: "foreign" });
        return undefined;
      },
      async (server) => {
        const result = await syncWith(server, [wantedSecret("db", { password: "next" })]);
        assert.deepEqual(outcomes(result), ["conflict"]);
        assert.match(
          result.applied[0].problem!,
          /app\/db was written by someone else since the plan/,
        );
      },
    );
    const old = JSON.parse((await bao.request("GET", "app/data/db?version=1")).text).data.data;
    assert.deepEqual(old, { password: "wanted-value" });
    assert.deepEqual((await heldAt(bao, "db")).data, { password: "foreign" });
    const next = await syncWith(bao, [wantedSecret("db", { password: "next" })]);
    assert.match(conflictsOf(next.plan)[0].reason!, /changed in Vault since version 1/);
  },

  "F31 a soft-deleted secret is restored over its version": async (bao) => {
    await syncWith(bao, [secret]);
    await bao.request("DELETE", "app/data/db");
    const result = await syncWith(bao, [secret]);
    assert.deepEqual([actions(result), outcomes(result)], [["restore"], ["written"]]);
    assert.equal((await heldAt(bao, "db")).version, 2);
  },

  "F32 a destroyed version is restored too": async (bao) => {
    await syncWith(bao, [secret]);
    await bao.request("POST", "app/destroy/db", { versions: [1] });
    const result = await syncWith(bao, [secret]);
    assert.deepEqual([actions(result), outcomes(result)], [["restore"], ["written"]]);
    assert.equal((await heldAt(bao, "db")).version, 2);
  },

  "F33 a mount that asks for check-and-set gets it": async (bao) => {
    await bao.request("POST", "app/config", { cas_required: true });
    assert.deepEqual(outcomes(await syncWith(bao, [secret])), ["written"]);
    assert.deepEqual(
      outcomes(await syncWith(bao, [wantedSecret("db", { password: "next" })])),
      ["written"],
    );
    assert.equal((await heldAt(bao, "db")).version, 2);
  },

  "F34 a token that may not write one of fifty writes none": async (bao) => {
    const rules =
      'path "app/*" { capabilities = ["create", "read", "update", "list", "patch"] }\n' +
      'path "app/data/s17" { capabilities = ["read"] }';
    await bao.request("PUT", "sys/policies/acl/most", { policy: rules });
    const answer = await bao.request("POST", "auth/token/create", { policies: ["most"] });
    const token = JSON.parse(answer.text).auth.client_token;
    await assert.rejects(
      syncWith({ address: bao.address, token }, many(50)),
      /not allow the token to write app\/data\/s17: it needs create/,
    );
    const keys = await bao.request("LIST", "app/metadata/");
    assert.equal(keys.status, 404, "nothing was written");
  },

  "F36 a standby that lags behind is asked again": async (bao) => {
    await syncWith(bao, [secret]);
    const before = (await bao.request("GET", "app/data/db")).text;
    let wrote = false;
    let stale = 3;
    await through(
      bao,
      (request) => {
        if (isDataWrite(request) && !wrote) {
          wrote = true;
          return "lose";
        }
        const lags = wrote && request.method === "GET" && request.path === "app/data/db";
        return lags && stale-- > 0 ? new Response(before) : undefined;
      },
      async (server) => {
        const result = await syncWith(server, [wantedSecret("db", { password: "next" })]);
        assert.deepEqual(outcomes(result), ["written"]);
      },
    );
    assert.equal((await heldAt(bao, "db")).version, 2);
    assert.deepEqual(
      actions(await syncWith(bao, [wantedSecret("db", { password: "next" })])),
      ["unchanged"],
    );
  },

  "F36 a plan made from a stale read overwrites nothing": async (bao) => {
    await syncWith(bao, [secret]);
    const before = (await bao.request("GET", "app/data/db")).text;
    await vault.writeForeign(bao, "db", { password: "foreign" });
    await through(
      bao,
      ({ method, path }) =>
        method === "GET" && path === "app/data/db" ? new Response(before) : undefined,
      async (server) => {
        const result = await syncWith(server, [wantedSecret("db", { password: "next" })]);
        assert.deepEqual([actions(result), outcomes(result)], [["change"], ["conflict"]]);
      },
    );
    assert.deepEqual((await heldAt(bao, "db")).data, { password: "foreign" });
  },

  "F39 a foreign secret is left alone, unless it is adopted": async (bao) => {
    await vault.writeForeign(bao, "db", { password: "foreign" });
    await bao.request("PATCH", "app/metadata/db", { custom_metadata: { team: "data" } });
    const result = await syncWith(bao, [secret]);
    assert.deepEqual([actions(result), outcomes(result)], [["conflict"], []]);
    assert.deepEqual((await heldAt(bao, "db")).data, { password: "foreign" });
    assert.deepEqual(outcomes(await syncWith(bao, [secret], { adopt: true })), ["written"]);
    const { custom } = await heldAt(bao, "db");
    assert.deepEqual(custom, {
      team: "data",
      managed_by: OWNER,
      source: secret.source,
      synced_version: "2",
      source_sha256: secret.sourceDigest,
    });
  },

  "F39 another tool's secret is not claimed although it is the same": async (bao) => {
    await vault.writeForeign(bao, "db", { password: "wanted-value" });
    await bao.request("PATCH", "app/metadata/db", { custom_metadata: { managed_by: "terraform" } });
    const result = await syncWith(bao, [secret]);
    assert.match(conflictsOf(result.plan)[0].reason!, /managed by terraform/);
    assert.deepEqual(actions(await syncWith(bao, [secret], { adopt: true })), ["claim"]);
    assert.equal((await heldAt(bao, "db")).version, 1);
  },

  "F40 more deletions than usual stop everything, until they are allowed": async (bao) => {
    await syncWith(bao, many(20));
    const left = [...many(10), wantedSecret("fresh", { a: "b" })];
    assert.deepEqual(
      actions(await syncWith(bao, left, { apply: false })).filter((action) => action === "orphan")
        .length,
      10,
    );
    await assert.rejects(
      syncWith(bao, left, { delete: true }),
      /10 secrets of 20 would be deleted, 4 may be: .*--max-deletes 10/,
    );
    assert.equal((await heldAt(bao, "fresh")).version, 0);
    const result = await syncWith(bao, left, { delete: true, bounds: { max: 10 } });
    assert.equal(summarize(result.applied), "1 version written, 10 deleted");
    assert.equal((await heldAt(bao, "s15")).data, null);
    assert.deepEqual(actions(await syncWith(bao, left)), left.map(() => "unchanged"));
    await bao.request("POST", "app/undelete/s15", { versions: [1] });
    assert.deepEqual((await heldAt(bao, "s15")).data, { key: "value-15" });
  },

  "F17 files that are all gone delete nothing, but show what is orphaned": async (bao) => {
    await syncWith(bao, many(8));
    const scope = {
      contexts: new Set(["app"]),
      mounts: new Set(["app"]),
      known: new Set(["app"]),
    };
    const result = await syncWith(bao, [], { scope });
    assert.deepEqual(actions(result), Array.from({ length: 8 }, () => "orphan"));
    await assert.rejects(
      syncWith(bao, [], { scope, delete: true }),
      /8 secrets of 8 would be deleted, 1 may be/,
    );
    const elsewhere = { ...scope, contexts: new Set(["other"]), known: new Set(["app", "other"]) };
    assert.deepEqual(actions(await syncWith(bao, [], { scope: elsewhere })), []);
  },

  "F40 a deletion does not touch what someone else wrote since": async (bao) => {
    await syncWith(bao, many(2));
    await through(
      bao,
      async ({ path }) => {
        if (path.startsWith("app/delete/")) await vault.writeForeign(bao, "s1", { mine: "now" });
        return undefined;
      },
      async (server) => {
        const result = await syncWith(server, many(1), { delete: true });
        assert.deepEqual(outcomes(result), ["conflict"]);
      },
    );
    assert.deepEqual((await heldAt(bao, "s1")).data, { mine: "now" });
    assert.deepEqual(actions(await syncWith(bao, many(1), { delete: true })), ["unchanged"]);
  },

  "F35 a token that ends midway is replaced by one more login": async (bao) => {
    await bao.request("POST", "sys/auth/approle", { type: "approle" });
    const policy = 'path "app/*" { capabilities = ["create", "read", "update", "list", "patch"] }';
    await bao.request("PUT", "sys/policies/acl/all", { policy });
    await bao.request("POST", "auth/approle/role/sync", {
      token_policies: ["all"],
      bind_secret_id: false,
      secret_id_bound_cidrs: ["127.0.0.1/32"],
      token_bound_cidrs: [],
    });
    const role = await bao.request("GET", "auth/approle/role/sync/role-id");
    const method = appRoleAuth({ roleId: JSON.parse(role.text).data.role_id });
    let writes = 0;
    const revokeAll = () => bao.request("PUT", "sys/leases/revoke-prefix/auth/approle/login");
    await through(
      bao,
      async (request) => {
        if (isDataWrite(request) && ++writes === 7) await revokeAll();
        return undefined;
      },
      async (server, proxy) => {
        const result = await syncWith({ address: server.address }, many(20), {
          client: { method, concurrency: 4 },
        });
        assert.equal(summarize(result.applied), "20 versions written");
        const logins = proxy.requests.filter(({ path }) => path === "auth/approle/login").length;
        assert.equal(logins, 2);
      },
    );
    for (let i = 0; i < 20; i++) assert.equal((await heldAt(bao, `s${i}`)).version, 1);
  },

  "F35 a given token that ends midway is said to have ended": async (bao) => {
    const answer = await bao.request("POST", "auth/token/create", { policies: ["root"] });
    const token = JSON.parse(answer.text).auth.client_token;
    let writes = 0;
    await through(
      bao,
      async (request) => {
        if (isDataWrite(request) && ++writes === 3) {
          await bao.request("POST", "auth/token/revoke", { token });
        }
        return undefined;
      },
      async ({ address }) => {
        const result = await syncWith({ address, token }, many(6), { client: { concurrency: 1 } });
        assert.match(
          result.applied.map(({ problem }) => problem ?? "").join("\n"),
          /refuses the token: log in again/,
        );
      },
    );
    assert.equal(summarize((await syncWith(bao, many(6))).applied), "4 versions written");
  },

  "F27 a server that is sealed midway leaves the rest for the next run": async (bao) => {
    let writes = 0;
    await through(
      bao,
      async (request) => {
        if (isDataWrite(request) && ++writes === 5) await bao.request("PUT", "sys/seal");
        return undefined;
      },
      async (server) => {
        const { applied } = await syncWith(server, many(12), { client: { concurrency: 2 } });
        assert.match(applied.find(({ problem }) => problem)!.problem!, /is sealed: unseal it/);
        const left = applied.filter(({ outcome }) => outcome === "left").length;
        assert.ok(left >= 6, summarize(applied));
      },
    );
  },
};

engineTest("bao", "faults at the server", async ({ bao: engine }, t) => {
  await withBao(engine.path, async (bao) => {
    for (const [name, step] of Object.entries(faults)) {
      await t.step(name, async () => {
        if (!name.startsWith("F25")) await vault.freshMount(bao);
        await step(bao);
      });
    }
  });
});
