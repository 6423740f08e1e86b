import { organization } from "lib/organization.ts";
import { environmentNamed, type EnvironmentSuffix } from "lib/schema/environment.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { listContexts, readContext, type WantedSecret } from "lib/secrets/context.ts";
import type { DeleteBounds } from "lib/secrets/sync/deletions.ts";
import { checkWanted } from "lib/secrets/sync/limits.ts";
import { type Prepared, preparePlan } from "lib/secrets/sync/prepare.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { connectVault } from "lib/vault/connect.ts";

type Env = (name: string) => string | undefined;

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
 * @throws {Problems} for every fault of every file: no server is then asked; {@linkcode Problem} when a server
 *   cannot be used, may not be written to, or would lose more than it should
 */
export async function prepareSync(request: SyncRequest): Promise<PreparedSync> {
  const { root, env, environments, signal } = request;
  const known = await listContexts(root);
  const contexts = new Set(request.contexts.length > 0 ? request.contexts : known);
  const wanted = await readAll(root, contexts, environments, env);
  const envs = new Map(
    environments.map((name) => [name, envOf(env, name, environments.length === 1)]),
  );
  const addressOf = (name: EnvironmentSuffix) =>
    `${envs.get(name)!("VAULT_ADDR") ?? fallbackOf(name)} ${
      envs.get(name)!("VAULT_NAMESPACE") ?? ""
    }`;
  checkWanted(wanted, addressOf);

  const clients = new Map<EnvironmentSuffix, VaultClient>();
  const close = async () => {
    for (const client of clients.values()) await client.close();
  };
  try {
    for (const environment of environments) {
      const { concurrency } = request;
      const options = { fallback: fallbackOf(environment), concurrency, signal };
      clients.set(environment, await connectVault(envs.get(environment)!, options));
    }
    const scope = { contexts, known: new Set(known) };
    const prepared = await preparePlan(wanted, clients, { ...request, scope });
    return { ...prepared, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const fallbackOf = (name: EnvironmentSuffix) =>
  organization.environments[environmentNamed(name)!].vaultAddress;

async function readAll(
  root: string,
  contexts: ReadonlySet<string>,
  environments: readonly EnvironmentSuffix[],
  env: Env,
): Promise<WantedSecret[]> {
  const wanted: WantedSecret[] = [];
  const problems: string[] = [];
  for (const environment of environments) {
    for (const name of contexts) {
      try {
        wanted.push(...await readContext(root, name, environment, env));
      } catch (error) {
        if (!(error instanceof Problem) || error.exitCode === 2) throw error;
        problems.push(...(error instanceof Problems ? error.messages : [error.message]));
      }
    }
  }
  if (problems.length > 0) throw new Problems([...new Set(problems)]);
  return wanted;
}

/** Variables that name one server or open it: several environments cannot share them. */
const OWN_TO_AN_ENVIRONMENT = ["VAULT_ADDR", "VAULT_TOKEN"];

/**
 * An environment's variables: `VAULT_TOKEN_QA` before `VAULT_TOKEN`; with several environments, address and
 * token only by their own names.
 */
function envOf(env: Env, environment: EnvironmentSuffix, isOnly: boolean): Env {
  return (name) =>
    name.startsWith("VAULT_")
      ? env(`${name}_${environment.toUpperCase()}`) ??
        (isOnly || !OWN_TO_AN_ENVIRONMENT.includes(name) ? env(name) : undefined)
      : env(name);
}
