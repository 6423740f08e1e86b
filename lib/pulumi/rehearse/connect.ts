import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";
import { organization } from "lib/organization.ts";
import { readKubeconfig } from "lib/pulumi/rehearse/kubeconfig.ts";
import { KubernetesRehearsal } from "lib/pulumi/rehearse/kubernetes.ts";
import type { Rehearsal, RehearsalServers } from "lib/pulumi/rehearse/rehearsal.ts";
import { VaultRehearsal } from "lib/pulumi/rehearse/vault.ts";
import { VaultHttp } from "lib/vault/http.ts";
import { readText } from "lib/schema/parse.ts";

/**
 * Reads which servers a command line names for a rehearsal.
 *
 * @param env Reads an environment variable: `VAULT_TOKEN` is needed for Vault; `VAULT_NAMESPACE` is used
 * @returns `undefined` when none is named
 * @throws {Problem} for a server of the organization's own, a missing token, or a kubeconfig that is not
 * understood
 */
export async function rehearsalServers(
  words: {
    readonly vault?: string;
    readonly kubernetes?: string;
    readonly applyKubernetes: boolean;
  },
  env: Env,
): Promise<RehearsalServers | undefined> {
  if (words.vault === undefined && words.kubernetes === undefined) return undefined;
  const servers: RehearsalServers = {};
  if (words.vault !== undefined) {
    const address = words.vault.replace(/\/+$/, "");
    const own = Object.values(organization.environments).map(({ vaultAddress }) => vaultAddress);
    if (own.includes(address)) {
      throw new Problem(`--vault ${address} is in use: a rehearsal writes to a throw-away server`);
    }
    if (!/^https?:\/\/[^/]+$/.test(address)) {
      throw new Problem(`--vault "${words.vault}" is no address such as http://127.0.0.1:8200`);
    }
    if (env("VAULT_TOKEN") === undefined) {
      throw new Problem("--vault needs a token that may write there: set VAULT_TOKEN");
    }
    const namespace = env("VAULT_NAMESPACE");
    servers.vault = { address, ...(namespace ? { namespace } : {}) };
  }
  if (words.kubernetes !== undefined) {
    await readKubeconfig(words.kubernetes);
    servers.kubernetes = { kubeconfig: words.kubernetes, apply: words.applyKubernetes };
  }
  return servers;
}

/** The hosts that a rehearsal talks to, as permissions name them: `127.0.0.1:8200`. */
export async function hostsOf({ vault, kubernetes }: RehearsalServers): Promise<string[]> {
  const addresses = [
    ...(vault ? [vault.address] : []),
    ...(kubernetes ? [(await readKubeconfig(kubernetes.kubeconfig)).server] : []),
  ];
  return addresses.map((address) => {
    const { hostname, port, protocol } = new URL(address);
    return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  });
}

/**
 * Opens the servers of a rehearsal.
 *
 * @param note Told what stays simulated
 */
export async function openRehearsals(
  { vault, kubernetes }: RehearsalServers,
  env: Env,
  note: (text: string) => void,
): Promise<Rehearsal[]> {
  const rehearsals: Rehearsal[] = [];
  if (vault) {
    const bundle = env("VAULT_CACERT");
    const http = new VaultHttp({
      ...vault,
      ...(bundle ? { caCertificate: await readText(bundle) } : {}),
    });
    rehearsals.push(new VaultRehearsal(http, env("VAULT_TOKEN") ?? "", note));
  }
  if (kubernetes) {
    const access = await readKubeconfig(kubernetes.kubeconfig);
    rehearsals.push(new KubernetesRehearsal(access, kubernetes.apply));
  }
  return rehearsals;
}
