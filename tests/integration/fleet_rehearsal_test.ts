/**
 * One environment of everything: the real engine, with a real OpenBao and a real API server behind it.
 * `REHEARSED=CI,QA,Production` takes them all, each with servers of its own; default CI.
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { ROOT } from "lib/cli/root.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import type { StackOperation } from "lib/pulumi/engine/run_stack.ts";
import { loadFleet, selectStacks } from "lib/pulumi/fleet.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { Environment, environmentSuffix } from "lib/schema/environment.ts";
import { runStacks } from "tests/support/fleet.ts";
import { type Kube, withKube } from "tests/support/kube.ts";
import { installKinds } from "tests/support/kube_objects.ts";

/** What the servers hold that is not theirs from the start. */
async function held(bao: Bao, kube: Kube): Promise<string[]> {
  const list = async (path: string) => JSON.parse((await bao.request("GET", path)).text).data;
  const policies: string[] = (await list("sys/policies/acl?list=true")).keys;
  const kinds: [kind: string, path: string][] = [
    ["Deployment", "/apis/apps/v1/deployments"],
    ["ApisixRoute", "/apis/apisix.apache.org/v2/apisixroutes"],
    ["VaultStaticSecret", "/apis/secrets.hashicorp.com/v1beta1/vaultstaticsecrets"],
    ["VaultDynamicSecret", "/apis/secrets.hashicorp.com/v1beta1/vaultdynamicsecrets"],
    ["ScaledObject", "/apis/keda.sh/v1alpha1/scaledobjects"],
  ];
  const objects = await Promise.all(kinds.map(async ([kind, path]) => {
    const { body } = await kube.request("GET", path);
    const items = body.items as { metadata: { namespace: string; name: string } }[];
    return items.map(({ metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  }));
  return [
    ...Object.keys(await list("sys/mounts")).filter((path) => path.includes("-")),
    ...Object.keys(await list("sys/auth")).filter((path) => path.startsWith("k8s-")),
    ...policies.filter((name) => name.endsWith("-server")),
    ...objects.flat(),
  ].sort();
}

const rehearsed = z.array(Environment).parse((Deno.env.get("REHEARSED") ?? "CI").split(","));
for (const environment of rehearsed) {
  engineTest(
    ["pulumi", "bao", "kube-apiserver", "etcd"],
    `everything of ${environment} comes up from nothing on real servers, again changes nothing, and goes without a trace`,
    async ({ pulumi, bao, ...kubeEngines }, t) => {
      const fleet = await loadFleet(ROOT);
      const ids = selectStacks(fleet, { projects: [], environments: [environment] });
      const folder = await Deno.makeTempDir({ prefix: "rehearsal-" });
      try {
        await withKube(kubeEngines, (kube) =>
          withBao(bao.path, async (server) => {
            await installKinds(kube);
            Deno.env.set("VAULT_TOKEN", server.token);
            const backend = await openSandbox(ROOT, folder);
            const run = async (operation: StackOperation) => {
              const { of } = await runStacks(fleet, pulumi.path, operation, ids, {
                engine: {
                  root: ROOT,
                  pulumi: pulumi.path,
                  backend,
                  runDir: `${backend.runs}/${operation}-${crypto.randomUUID()}`,
                  narrate: () => {},
                  servers: {
                    vault: { address: server.address },
                    kubernetes: { kubeconfig: kube.kubeconfig, apply: true },
                  },
                },
              });
              const outcomes = ids.map(of);
              assert.deepEqual(outcomes.flatMap(({ problems }) => problems), []);
              return outcomes;
            };
            await t.step("up", async () => {
              await run("up");
              const found = await held(server, kube);
              for (
                const wanted of [
                  "ApisixRoute learn/learn",
                  "Deployment learn/learn",
                  "Deployment xqwatcher/xqwatcher-grader",
                  "ScaledObject learn/learn-default",
                  "VaultDynamicSecret learn/learn-database",
                  "VaultStaticSecret operations/apisix-admin",
                  `k8s-applications-${environmentSuffix(environment)}/`,
                  "learn-server",
                  "postgres-learn/",
                ]
              ) assert.ok(found.includes(wanted), `${wanted} is not there: ${found.join(", ")}`);
            });
            await t.step("up again", async () => {
              const changed = (await run("up")).filter(({ changed }) => changed);
              assert.deepEqual(changed.map(({ id }) => id), []);
            });
            await t.step("destroy", async () => {
              await run("destroy");
              assert.deepEqual(await held(server, kube), []);
            });
          }));
      } finally {
        Deno.env.delete("VAULT_TOKEN");
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}
