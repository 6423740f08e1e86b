/** A sandbox whose Vault work is done on a real OpenBao, and whose objects a real API server judges. */
import assert from "node:assert/strict";
import type { RehearsalServers } from "lib/pulumi/rehearse/rehearsal.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { engineFor, type FleetCopy, runStacks, withFleetCopy } from "tests/support/fleet.ts";
import { withKube } from "tests/support/kube.ts";

const IDS = ["ol-infrastructure-network:CI", "ol-application-xqwatcher:CI"];
const XQWATCHER = IDS[1];
const PROGRAM = "infra/applications/xqwatcher/program.ts";

/** Runs the two stacks with real servers behind the simulated providers. */
async function withServers(copy: FleetCopy, pulumi: string, servers: RehearsalServers) {
  const fleet = await copy.load();
  const said: string[] = [];
  const engine = {
    ...await engineFor(copy.root, pulumi),
    servers,
    narrate: (_stack: string, text: string) => void said.push(text),
  };
  const run = (operation: "up" | "destroy" | "refresh", ids = IDS) =>
    runStacks(fleet, pulumi, operation, ids, { engine });
  return { run, said };
}

const VAULT = `
  const mount = new vault.Mount("secret", { path: "secret-xqwatcher", type: "kv-v2" });
  new vault.kv.SecretV2("config", {
    mount: mount.path,
    name: "config",
    dataJson: pulumi.secret(JSON.stringify({ token: "canary-of-the-rehearsal" })),
  });
  new vault.Policy("reader", {
    name: "reader",
    policy: 'path "secret-xqwatcher/data/config" { capabilities = ["read"] }',
  });
  new vault.aws.SecretBackend("aws", { path: "aws-xqwatcher" });
`;

engineTest(
  ["pulumi", "bao"],
  "Vault's work is done on a real server",
  async ({ pulumi, bao }, t) => {
    await withBao(bao.path, async (server) => {
      await withFleetCopy(async (copy) => {
        await copy.edit(PROGRAM, (text) =>
          text
            .replace(
              "export default",
              'import * as pulumi from "@pulumi/pulumi";\nimport * as vault from "@pulumi/vault";\n\nexport default',
            )
            .replace('const name = "xqwatcher";', `const name = "xqwatcher";${VAULT}`));
        Deno.env.set("VAULT_TOKEN", server.token);
        const { run, said } = await withServers(copy, pulumi.path, {
          vault: { address: server.address },
        });
        const read = (path: string) => server.request("GET", path);

        await t.step("what it makes is there", async () => {
          const { of } = await run("up");
          assert.deepEqual(of(XQWATCHER).problems, []);
          const { data } = JSON.parse((await read("secret-xqwatcher/data/config")).text);
          assert.deepEqual(data.data, { token: "canary-of-the-rehearsal" });
          assert.equal((await read("sys/policies/acl/reader")).status, 200);
          assert.match(said.join("\n"), /aws is simulated: .* has no such plugin/);
        });
        await t.step("a second run writes nothing", async () => {
          const { of } = await run("up");
          assert.ok(!of(XQWATCHER).changed);
          const { data } = JSON.parse((await read("secret-xqwatcher/metadata/config")).text);
          assert.equal(data.current_version, 1);
        });
        await t.step("what someone removed is drift", async () => {
          await server.request("DELETE", "sys/policies/acl/reader");
          const { of } = await run("refresh", [XQWATCHER]);
          assert.deepEqual(
            of(XQWATCHER).result!.report.steps.map(({ operation, name }) => [operation, name]),
            [["delete", "reader"]],
          );
        });
        await t.step("another server gets all of it, though the state has it", async () => {
          await withBao(bao.path, async (other) => {
            Deno.env.set("VAULT_TOKEN", other.token);
            const elsewhere = await withServers(copy, pulumi.path, {
              vault: { address: other.address },
            });
            const { of } = await elsewhere.run("up");
            assert.deepEqual(of(XQWATCHER).problems, []);
            const { text } = await other.request("GET", "secret-xqwatcher/data/config");
            assert.deepEqual(JSON.parse(text).data.data, { token: "canary-of-the-rehearsal" });
            Deno.env.set("VAULT_TOKEN", server.token);
          });
        });
        await t.step("a policy that the server does not understand is refused", async () => {
          await copy.edit(
            PROGRAM,
            (text) => text.replace('capabilities = ["read"]', "capabilities = ["),
          );
          const { of } = await run("up", [XQWATCHER]);
          assert.match(of(XQWATCHER).problems.join("\n"), /refuses sys\/policies\/acl\/reader: /);
          await copy.edit(
            PROGRAM,
            (text) => text.replace("capabilities = [ ", 'capabilities = ["read"] '),
          );
        });
        await t.step("destroy leaves nothing", async () => {
          const { of } = await run("destroy");
          assert.deepEqual(of(XQWATCHER).problems, []);
          assert.equal((await read("sys/policies/acl/reader")).status, 404);
          assert.notEqual((await read("secret-xqwatcher/data/config")).status, 200);
        });
        Deno.env.delete("VAULT_TOKEN");
      });
    });
  },
);

engineTest(
  ["pulumi", "kube-apiserver", "etcd"],
  "every object is judged by a real API server, and stored when asked",
  async ({ pulumi, ...engines }, t) => {
    await withKube(engines, async (kube) => {
      await withFleetCopy(async (copy) => {
        const deployment = "/apis/apps/v1/namespaces/xqwatcher/deployments/xqwatcher";
        const status = async () => (await kube.request("GET", deployment)).status;
        const dry = await withServers(copy, pulumi.path, {
          kubernetes: { kubeconfig: kube.kubeconfig, apply: false },
        });
        await t.step(
          "a field that no cluster knows is refused, though the state has it",
          async () => {
            await copy.edit(
              PROGRAM,
              (text) => text.replace("replicas:", "replicaz: 1,\n      replicas:"),
            );
            const simulated = await runStacks(await copy.load(), pulumi.path, "up", IDS, {
              engine: await engineFor(copy.root, pulumi.path),
            });
            assert.deepEqual(simulated.of(XQWATCHER).problems, []);
            const { of } = await dry.run("up");
            assert.match(
              of(XQWATCHER).problems.join("\n"),
              /refuses Deployment xqwatcher\/xqwatcher: .*\.spec\.replicaz: field not declared/,
            );
            await copy.edit(PROGRAM, (text) => text.replace("replicaz: 1,", ""));
          },
        );
        await t.step("a dry run stores nothing", async () => {
          const { of } = await dry.run("up");
          assert.deepEqual(of(XQWATCHER).problems, []);
          assert.equal(await status(), 404);
          await dry.run("destroy");
        });
        await t.step("applied, it is there; destroyed, it is gone", async () => {
          const applied = await withServers(copy, pulumi.path, {
            kubernetes: { kubeconfig: kube.kubeconfig, apply: true },
          });
          const { of } = await applied.run("up");
          assert.deepEqual(of(XQWATCHER).problems, []);
          assert.equal(await status(), 200);
          await kube.request("DELETE", deployment);
          const refreshed = await applied.run("refresh", [XQWATCHER]);
          assert.deepEqual(
            refreshed.of(XQWATCHER).result!.report.steps.map(({ operation }) => operation),
            ["delete"],
          );
          const destroyed = await applied.run("destroy");
          assert.deepEqual(destroyed.of(XQWATCHER).problems, []);
        });
      });
    });
  },
);
