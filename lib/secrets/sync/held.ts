import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import type { WantedSecret } from "lib/secrets/context.ts";
import { contextOf, isOwned } from "lib/secrets/sync/ownership.ts";
import { type HeldSecrets, type OrphanedSecret, placeOf } from "lib/secrets/sync/plan.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { VaultProblem } from "lib/vault/http.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";
import { type KvSecret, listSecrets, readNotes, readSecret } from "lib/vault/kv.ts";

/** A secret's place in one environment's Vault. */
export type Target = Pick<WantedSecret, "environment" | "mount" | "path">;

/** What counts as ours when it is found, though no file says it. */
export interface OrphanScope {
  /** The contexts that are synced. */
  readonly contexts: ReadonlySet<string>;
  /** All contexts that there are: a secret of one that is gone is an orphan too. */
  readonly known: ReadonlySet<string>;
}

/**
 * Reads what one environment's Vault holds: the wanted secrets, and what is orphaned in their mounts.
 *
 * @param targets All of one environment
 * @throws {VaultProblem} for a mount that is missing, no KV v2, or may not be read
 */
export async function readHeld(
  vault: VaultClient,
  environment: EnvironmentSuffix,
  targets: readonly Target[],
  scope: OrphanScope,
): Promise<HeldSecrets> {
  const byMount = Map.groupBy(targets, ({ mount }) => mount);
  const secrets = new Map<string, KvSecret>();
  const orphans: OrphanedSecret[] = [];
  await forEachAtOnce(byMount, vault.concurrency, async ([mount, wanted]) => {
    const version = await vault.kvVersion(mount);
    if (version === 1) {
      throw new VaultProblem(
        200,
        `Mount ${mount}/ is KV version 1, which has no check-and-set: upgrade it`,
      );
    }
    const listed = await listSecrets(vault, mount);
    const there = listed && new Set(listed);
    const isWanted = new Set(wanted.map(({ path }) => path));
    await forEachAtOnce(wanted, vault.concurrency, async (target) => {
      const held = there === undefined || there.has(target.path)
        ? await readSecret(vault, mount, target.path)
        : { version: 0 };
      secrets.set(placeOf(target), held);
    });
    const surplus = (listed ?? []).filter((path) => !isWanted.has(path));
    await forEachAtOnce(surplus, vault.concurrency, async (path) => {
      const orphan = await readOrphan(vault, environment, mount, path, scope);
      if (orphan !== undefined) orphans.push(orphan);
    });
  });
  return {
    secrets,
    orphans: orphans.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1),
  };
}

async function readOrphan(
  vault: VaultClient,
  environment: EnvironmentSuffix,
  mount: string,
  path: string,
  { contexts, known }: OrphanScope,
): Promise<OrphanedSecret | undefined> {
  const { custom, version, state } = await readNotes(vault, mount, path);
  if (state !== undefined || version === 0 || !isOwned(custom)) return undefined;
  const source = custom?.source ?? "";
  if (!source.endsWith(`.${environment}.yaml`)) return undefined;
  const context = contextOf(source) ?? "";
  if (!contexts.has(context) && known.has(context)) return undefined;
  // Ours last, but someone else wrote over it: theirs to remove.
  if (custom?.synced_version !== String(version)) return undefined;
  return { environment, mount, path, source, version };
}
