/** How a token is kept alive, at a real server and by a clock of the test's. */
import assert from "node:assert/strict";
import { VaultHttp } from "lib/vault/http.ts";
import { type AuthMethod, readLogin } from "lib/vault/session.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { clientFor } from "tests/support/synced_vault.ts";
import { startProxy } from "tests/support/vault_proxy.ts";

/** A login that makes a token, and notes it. */
function creating(
  bao: { readonly token: string },
  body: Record<string, unknown>,
  tokens: string[],
): AuthMethod {
  return {
    name: "test",
    issues: true,
    async login(send) {
      const answer = await send("POST", "auth/token/create", { token: bao.token, body });
      const login = readLogin(answer, "test");
      tokens.push(login.token);
      return login;
    },
  };
}

engineTest("bao", "a token is renewed after two thirds of its lease, once", async (engines) => {
  await withBao(engines.bao.path, async (bao) => {
    const answer = await bao.request("POST", "auth/token/create", { ttl: "30m", renewable: true });
    const token = JSON.parse(answer.text).auth.client_token;
    await using proxy = startProxy(bao.address);
    let time = 0;
    const vault = await clientFor({ address: proxy.address, token }, { now: () => time });
    const renewals = () => proxy.requests.filter(({ path }) => path.endsWith("renew-self")).length;
    const read = () => vault.call("GET", "sys/internal/ui/mounts/secret");
    time = 19 * 60_000;
    await read();
    assert.equal(renewals(), 0);
    time = 21 * 60_000;
    await Promise.all(Array.from({ length: 8 }, read));
    assert.equal(renewals(), 1);
    time = 30 * 60_000;
    await read();
    assert.equal(renewals(), 1, "the new lease counts from its renewal");
    await vault.close();
  });
});

engineTest("bao", "a token that may not ask about itself is taken as it is", async (engines) => {
  await withBao(engines.bao.path, async (bao) => {
    const policy = 'path "secret/data/one" { capabilities = ["read"] }';
    await bao.request("PUT", "sys/policies/acl/narrow", { policy });
    await bao.request("POST", "secret/data/one", { data: { a: "b" } });
    const body = { policies: ["narrow"], no_default_policy: true };
    const created = await bao.request("POST", "auth/token/create", body);
    const token = JSON.parse(created.text).auth.client_token;
    const vault = await clientFor({ address: bao.address, token });
    assert.equal((await vault.call("GET", "secret/data/one")).status, 200);
    assert.equal((await vault.call("GET", "secret/data/two")).status, 403);
    await vault.close();

    const tokens: string[] = [];
    const method = creating(bao, body, tokens);
    const own = await clientFor(bao, { method });
    assert.equal((await own.call("GET", "secret/data/one")).status, 200);
    for (let time = 0; time < 3; time++) {
      assert.equal((await own.call("GET", "secret/data/two")).status, 403);
    }
    assert.equal(tokens.length, 1);
    await own.close();
    await assert.rejects(
      clientFor({ address: bao.address, token: "s.wrong" }),
      /refuses the token: log in again/,
    );
  });
});

engineTest("bao", "a token that cannot be renewed is got anew", async (engines) => {
  await withBao(engines.bao.path, async (bao) => {
    const tokens: string[] = [];
    const method = creating(bao, { ttl: "30m", renewable: false }, tokens);
    let time = 0;
    const vault = await clientFor(bao, { method, now: () => time });
    assert.equal(tokens.length, 1);
    time = 21 * 60_000;
    assert.equal(await vault.kvVersion("secret"), 2);
    assert.equal(tokens.length, 2);
    await vault.close();
  });
});

engineTest("bao", "a token of ours is revoked also when the work was stopped", async (engines) => {
  await withBao(engines.bao.path, async (bao) => {
    const tokens: string[] = [];
    const method = creating(bao, { ttl: "30m", meta: { made: "here" } }, tokens);
    const stop = new AbortController();
    const vault = await clientFor(bao, { method, signal: stop.signal });
    const isAlive = async () =>
      (await bao.request("POST", "auth/token/lookup", { token: tokens[0] })).status === 200;
    assert.equal(await isAlive(), true);
    stop.abort();
    await vault.close();
    assert.equal(await isAlive(), false);
  });
});

Deno.test("a standby's redirect is followed with its token", async () => {
  const seen: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const active = Deno.serve(options, (request) => {
    seen.push(`${request.method} ${request.headers.get("X-Vault-Token")}`);
    return Response.json({ data: { ok: true } });
  });
  const standby = Deno.serve(options, (request) =>
    new Response(null, {
      status: 307,
      headers: { Location: `http://127.0.0.1:${active.addr.port}${new URL(request.url).pathname}` },
    }));
  try {
    const http = new VaultHttp({ address: `http://127.0.0.1:${standby.addr.port}` });
    const answer = await http.send("POST", "secret/data/a", { token: "t", body: { data: {} } });
    assert.equal(answer.status, 200);
    assert.deepEqual(seen, ["POST t"]);
  } finally {
    await active.shutdown();
    await standby.shutdown();
  }
});

Deno.test("what a server repeats of a request does not come through", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const said = `cannot parse ${await request.text()} of ${
        request.headers.get("X-Vault-Token")
      }`;
      return Response.json({ errors: [said] }, { status: 400 });
    },
  );
  try {
    const http = new VaultHttp({ address: `http://127.0.0.1:${server.addr.port}` });
    const { errors } = await http.send("POST", "secret/data/a", {
      token: "canary-token",
      body: { data: { password: "canary-value", nested: ["canary-item", 123456789] } },
    });
    assert.match(errors[0], /^cannot parse .*password.* of \*\*\*$/);
    assert.doesNotMatch(errors[0], /canary|123456789/);
  } finally {
    await server.shutdown();
  }
});
