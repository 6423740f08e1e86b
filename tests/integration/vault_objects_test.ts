import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import type { EvaluatedResource } from "lib/pulumi/evaluate/monitor.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { unwrap } from "lib/pulumi/simulate/wire.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { writeToBao } from "tests/support/bao_objects.ts";
import { engineTest } from "tests/support/engine.ts";
import { objectsOf } from "tests/support/kube_objects.ts";

engineTest(
  "bao",
  "a real Vault takes what every stack writes, and lets each read the secrets that it asks for",
  async (engines) => {
    const fleet = await loadFleet(ROOT);
    const previews = await previewFleet(fleet, [...fleet.stacks.keys()]);
    await withBao(engines.bao.path, async (bao) => {
      const problems: string[] = [];
      let written = 0;
      let asked = 0;
      for (const { stack, evaluation } of previews) {
        const { resources } = evaluation!;
        const name = stack.id.replaceAll(/[^a-z0-9]+/gi, "-");
        const outcome = await writeToBao(bao, name, resources);
        written += outcome.written;
        const wanted = secretsOf(resources);
        asked += wanted.length;
        problems.push(
          ...outcome.problems.map((problem) => `${stack.id}: ${problem}`),
          ...(await unreadable(bao, name, resources, wanted)).map((path) =>
            `${stack.id}: its policies do not let it read ${path}`
          ),
        );
      }
      assert.deepEqual(problems, []);
      assert.ok(written > 0 && asked > 0, `${written} written, ${asked} asked for`);
    });
  },
);

/** The paths that the Vault Secrets Operator reads for a stack, by the `VaultAuth` it logs in with. */
function secretsOf(resources: readonly EvaluatedResource[]): { auth: string; path: string }[] {
  return objectsOf(resources).flatMap((object) => {
    // deno-lint-ignore no-explicit-any
    const { spec } = object as any;
    switch (object.kind) {
      case "VaultStaticSecret":
        return [{
          auth: spec.vaultAuthRef,
          path: `${spec.mount}/${spec.type === "kv-v2" ? "data/" : ""}${spec.path}`,
        }];
      case "VaultDynamicSecret":
        return [{ auth: spec.vaultAuthRef, path: `${spec.mount}/${spec.path}` }];
    }
    return [];
  });
}

/** Those paths that a token with the policies of its role may not read. */
async function unreadable(
  bao: Bao,
  namespace: string,
  resources: readonly EvaluatedResource[],
  wanted: readonly { auth: string; path: string }[],
): Promise<string[]> {
  const roles = new Map(
    resources.filter(({ type }) => type.startsWith("vault:kubernetes/authBackendRole")).map(
      ({ inputs }) => {
        const { roleName, tokenPolicies } = unwrap(inputs) as Record<string, unknown>;
        return [roleName as string, tokenPolicies as string[]];
      },
    ),
  );
  const roleOf = new Map(
    objectsOf(resources).filter(({ kind }) => kind === "VaultAuth").map((object) => [
      object.metadata.name,
      // deno-lint-ignore no-explicit-any
      (object as any).spec.kubernetes.role as string,
    ]),
  );
  const refused: string[] = [];
  for (const { auth, path } of wanted) {
    const policies = roles.get(roleOf.get(auth) ?? "") ?? [];
    const made = await bao.request("POST", `${namespace}/auth/token/create`, { policies });
    const token = JSON.parse(made.text).auth.client_token;
    const body = { token, paths: [path] };
    const { text } = await bao.request("POST", `${namespace}/sys/capabilities`, body);
    if (!JSON.parse(text).data[path].includes("read")) refused.push(path);
  }
  return refused;
}
