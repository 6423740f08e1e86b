import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { containsSecret, unwrap } from "lib/pulumi/simulate/wire.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { previewStack } from "tests/support/stack.ts";

const ID = "ol-substructure-vault-setup:QA";
const { inputs, preview } = await previewStack(ID);
const AWS_ROLE = "vault:aws/authBackendRole:AuthBackendRole";
const PERSON = "vault:jwt/authBackendRole:AuthBackendRole";

Deno.test("a server logs in by its role, to take snapshots and for nothing else", async () => {
  const { preview } = await previewStack("ol-infrastructure-vault:QA");
  const role = inputs(AWS_ROLE, "snapshot");
  assert.deepEqual(role.boundIamPrincipalArns, [unwrap(preview.evaluation!.outputs.roleArn)]);
  assert.deepEqual(role.tokenPolicies, ["snapshot"]);
  const client = inputs("vault:aws/authBackendClient:AuthBackendClient", "aws");
  assert.equal(client.iamServerIdHeaderValue, "vault.qa.odl.mit.edu");
});

Deno.test("a server that was replaced is forgotten before the next is, and a silent one is kept", async () => {
  const servers = await previewStack("ol-infrastructure-vault:QA");
  const group = servers.inputs("aws:autoscaling/group:Group", "vault-qa");
  const autopilot = inputs("vault:index/raftAutopilot:RaftAutopilot", "servers");
  const [, minutes] = /^(\d+)m0s$/.exec(autopilot.deadServerLastContactThreshold)!;
  assert.ok(Number(minutes) * 60 < Number(group.instanceRefresh.preferences.instanceWarmup));
  assert.equal(autopilot.minQuorum, group.minSize);
});

Deno.test("who is in no group of the issuer's reads names, for a day's work", () => {
  const method = inputs("vault:jwt/authBackend:AuthBackend", "people");
  assert.equal(method.defaultRole, "reader");
  assert.deepEqual(inputs(PERSON, "reader").tokenPolicies, ["reader"]);
  const administrator = inputs(PERSON, "administrator");
  assert.deepEqual(administrator.boundClaims, { groups: "platform-engineering" });
  assert.equal(administrator.tokenMaxTtl, 3600);
  const { inputs: given } = preview.evaluation!.resources.find(({ name }) => name === "people")!;
  assert.ok(containsSecret(given.oidcClientSecret));
});

Deno.test("every context of secrets goes to a mount that is made here", async () => {
  const fleet = await loadFleet(ROOT);
  for (const { project } of fleet.projects) {
    for (const context of project.secrets) {
      const { default: { mount } } = await import(`secrets/${context}/schema.ts`);
      assert.equal(inputs("vault:index/mount:Mount", mount).type, "kv");
    }
  }
});

/** Whether a token of a policy may do what, where. */
const allowed: [policy: string, capability: string, path: string, may: boolean][] = [
  ["administrator", "update", "auth/oidc/config", true],
  ["administrator", "read", "sys/audit/journal", true],
  ["administrator", "delete", "sys/audit/journal", false],
  ["reader", "list", "secret-learn/metadata/web", true],
  ["reader", "read", "secret-learn/data/web", false],
  ["reader", "read", "postgres-learn/creds/app", false],
  ["snapshot", "read", "sys/storage/raft/snapshot", true],
  ["snapshot", "read", "secret-learn/data/web", false],
  ["deployer", "create", "sys/mounts/postgres-learn", true],
  ["deployer", "update", "auth/k8s-applications-qa/role/learn", true],
  ["deployer", "create", "secret-learn/data/web", true],
  ["deployer", "read", "postgres-learn/creds/admin", false],
  ["deployer", "delete", "infrastructure/keys/sops", false],
  ["deployer", "update", "sys/storage/raft/snapshot-force", false],
];

async function mayDo(bao: Bao, policy: string, path: string): Promise<string[]> {
  const made = await bao.request("POST", "auth/token/create", {
    policies: [policy],
    no_default_policy: true,
  });
  const token = JSON.parse(made.text).auth.client_token;
  const { text } = await bao.request("POST", "sys/capabilities", { token, paths: [path] });
  return JSON.parse(text).data[path];
}

engineTest("bao", "a real Vault understands each policy as it is meant", async ({ bao }) => {
  const { resources } = (await previewFleet(await loadFleet(ROOT), [ID])).at(-1)!.evaluation!;
  await withBao(bao.path, async (server) => {
    for (const { type, inputs: { name, policy } } of resources) {
      if (type !== "vault:index/policy:Policy") continue;
      await server.request("POST", `sys/policies/acl/${name}`, { policy });
    }
    const wrong: string[] = [];
    for (const [policy, capability, path, may] of allowed) {
      const found = await mayDo(server, policy, path);
      if (found.includes(capability) !== may) wrong.push(`${policy} ${path}: ${found}`);
    }
    assert.deepEqual(wrong, []);
  });
});
