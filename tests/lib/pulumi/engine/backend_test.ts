import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { organization } from "lib/organization.ts";
import { openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";

const fleet = await loadFleet(ROOT);
const stackOf = (project: string, stack: string) =>
  fleet.stacks.get(`ol-infrastructure-${project}:${stack}`)!;

type Variables = Readonly<Record<string, string>>;

const openWith = (variables: Variables) => openBackend(ROOT, (name) => variables[name]);

const rows: [what: string, given: Variables, CI: Variables, QA: Variables][] = [
  ["a stack's Vault is its environment's, for which one logs in by oneself", {}, {
    VAULT_ADDR: organization.environments.CI.vaultAddress,
  }, { VAULT_ADDR: organization.environments.QA.vaultAddress }],
  [
    "variables of Vault's go before",
    {
      VAULT_ADDR: "http://127.0.0.1:8200",
      VAULT_TOKEN: "one",
      VAULT_NAMESPACE: "team",
    },
    { VAULT_ADDR: "http://127.0.0.1:8200", VAULT_TOKEN: "one", VAULT_NAMESPACE: "team" },
    {
      VAULT_ADDR: "http://127.0.0.1:8200",
      VAULT_TOKEN: "one",
      VAULT_NAMESPACE: "team",
    },
  ],
  [
    "an environment's own go before all",
    {
      VAULT_TOKEN: "one",
      VAULT_TOKEN_QA: "two",
      VAULT_ADDR_QA: "http://127.0.0.1:8200",
    },
    { VAULT_ADDR: organization.environments.CI.vaultAddress, VAULT_TOKEN: "one" },
    {
      VAULT_ADDR: "http://127.0.0.1:8200",
      VAULT_TOKEN: "two",
    },
  ],
];
for (const [what, given, ...expected] of rows) {
  Deno.test(what, async () => {
    for (const [index, stack] of ["CI", "QA"].entries()) {
      await using held = await openWith(given).stackEnv(stackOf("eks", stack));
      const ofVault = Object.entries(held.variables).filter(([name]) => name.startsWith("VAULT"));
      assert.deepEqual(Object.fromEntries(ofVault), expected[index]);
    }
  });
}

engineTest(
  "bao",
  "an operation has a token of its own where its program uses Vault",
  async (engines) => {
    await withBao(engines.bao.path, async (bao) => {
      await bao.request("POST", "sys/auth/approle", { type: "approle" });
      await bao.request("POST", "auth/approle/role/deployer", { token_ttl: 600 });
      const read = async (method: string, path: string) =>
        JSON.parse((await bao.request(method, path, method === "GET" ? undefined : {})).text).data;
      const backend = openWith({
        VAULT_ADDR: bao.address,
        VAULT_AUTH_METHOD: "approle",
        VAULT_ROLE_ID: (await read("GET", "auth/approle/role/deployer/role-id")).role_id,
        VAULT_SECRET_ID_CI: (await read("POST", "auth/approle/role/deployer/secret-id")).secret_id,
      });
      const ask = async (token: string) => {
        const headers = { "X-Vault-Token": token };
        const answer = await fetch(`${bao.address}/v1/auth/token/lookup-self`, { headers });
        await answer.body?.cancel();
        return answer.status;
      };
      let token;
      {
        await using held = await backend.stackEnv(stackOf("eks", "CI"));
        token = held.variables.VAULT_TOKEN;
        assert.equal(held.variables.TERRAFORM_VAULT_SKIP_CHILD_TOKEN, "true");
        assert.equal(await ask(token), 200);
        await using other = await backend.stackEnv(stackOf("eks", "CI"));
        assert.notEqual(other.variables.VAULT_TOKEN, token);
      }
      assert.equal(await ask(token), 403);
      await using held = await backend.stackEnv(stackOf("network", "CI"));
      assert.equal(held.variables.VAULT_TOKEN, undefined);
      await assert.rejects(
        backend.stackEnv(stackOf("eks", "QA")),
        /refuses the login by AppRole at auth\/approle/,
      );
    });
  },
);

Deno.test("a sandbox in which the CLI has written logs is taken over", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/home/logs`, { recursive: true });
    await Deno.writeTextFile(`${folder}/home/logs/pulumi.log`, "");
    for (let time = 0; time < 2; time++) await openSandbox(ROOT, folder);
    assert.ok((await Deno.stat(`${folder}/home/logs`)).isFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
