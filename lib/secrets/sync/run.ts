import type { Env } from "lib/schema/env.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { listContexts, loadContext } from "lib/secrets/context.ts";
import type { SecretsContext } from "lib/secrets/define.ts";
import { listSources, readSource, type SecretSource } from "lib/secrets/sources.ts";
import type { DeleteBounds } from "lib/secrets/sync/deletions.ts";
import { checkTargets } from "lib/secrets/sync/limits.ts";
import type { LockPlace } from "lib/secrets/sync/lock.ts";
import { type Prepared, preparePlan } from "lib/secrets/sync/prepare.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { connectVault } from "lib/vault/connect.ts";
import { variablesOf, vaultAddressOf } from "lib/vault/variables.ts";

/** What shall be synced, and how. */
export interface SyncRequest {
  /** The folder that holds `secrets/`. */
  readonly root: string;
  /** Folders under `secrets/`; empty for all. */
  readonly contexts: readonly string[];
  readonly environments: readonly EnvironmentSuffix[];
  readonly adopt: boolean;
  readonly delete: boolean;
  readonly bounds: DeleteBounds;
  /** Open every file and read every value, also where version and file are as we left them. */
  readonly full: boolean;
  /** Where the lock for KV v1 mounts is; absent, such mounts are refused. */
  readonly kv1Lock?: LockPlace;
  /** Requests at once to one server, at most. */
  readonly concurrency: number;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** A plan that can be applied while it is fresh, and the connections that it needs. */
export interface PreparedSync extends Prepared, AsyncDisposable {}

/**
 * Reads files and servers and plans; writes nothing.
 *
 * @throws {Problems} every fault of every file; {@linkcode Problem} when a server cannot be used, may not be
 *   written to, or would lose more than it should
 */
export async function prepareSync(request: SyncRequest): Promise<PreparedSync> {
  const { root, env, environments, signal } = request;
  const known = await listContexts(root);
  const contexts = new Set(request.contexts.length > 0 ? request.contexts : known);
  const definitions = await Promise.all([...contexts].map((name) => loadContext(root, name)));
  const sources = await listAll(root, definitions, environments);
  const envs = new Map(
    environments.map((name) => [name, envOf(env, name, environments.length === 1)]),
  );
  checkTargets(
    sources,
    (name) => `${envs.get(name)!("VAULT_ADDR")} ${envs.get(name)!("VAULT_NAMESPACE") ?? ""}`,
  );

  const clients = new Map<EnvironmentSuffix, Promise<VaultClient>>();
  const close = async () => {
    for (const client of await Promise.allSettled(clients.values())) {
      if (client.status === "fulfilled") await client.value.close();
    }
  };
  try {
    for (const environment of environments) {
      const { concurrency } = request;
      const client = connectVault(envs.get(environment)!, { concurrency, signal });
      // Whoever waits for it hears of its failure; until then it is nobody's.
      client.catch(() => {});
      clients.set(environment, client);
    }
    const mounts = new Set(definitions.map(({ mount }) => mount));
    const scope = { contexts, mounts, known: new Set(known) };
    const open = (source: SecretSource) => readSource(source, envs.get(source.environment)!);
    const prepared = await preparePlan(sources, open, clients, { ...request, scope });
    return { ...prepared, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listAll(
  root: string,
  contexts: readonly SecretsContext[],
  environments: readonly EnvironmentSuffix[],
): Promise<SecretSource[]> {
  const sources: SecretSource[] = [];
  const problems: string[] = [];
  for (const context of contexts) {
    for (const environment of environments) {
      try {
        sources.push(...await listSources(root, context, environment));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problems.push(...(error instanceof Problems ? error.messages : [error.message]));
      }
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return sources;
}

/** Variables that name one server or open it: several environments cannot share them. */
const OWN_TO_AN_ENVIRONMENT = ["VAULT_ADDR", "VAULT_TOKEN", "VAULT_TOKEN_FILE"];

/**
 * An environment's variables, its Vault's address among them. With several environments, address and token
 * only by their own names, so that no server gets another's; `~/.vault-token` is then nobody's.
 */
function envOf(env: Env, environment: EnvironmentSuffix, isOnly: boolean): Env {
  const own = variablesOf(env, environment, isOnly ? [] : OWN_TO_AN_ENVIRONMENT);
  const address = vaultAddressOf(own, environment);
  const tokenFile = own("VAULT_TOKEN_FILE") ?? (isOnly ? undefined : "");
  return (name) =>
    name === "VAULT_ADDR" ? address : name === "VAULT_TOKEN_FILE" ? tokenFile : own(name);
}
