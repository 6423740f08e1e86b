import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { contextOf, isOwned, isSettled } from "lib/secrets/sync/ownership.ts";
import type { Target } from "lib/secrets/sources.ts";
import { type HeldSecrets, type OrphanedSecret, placeOf } from "lib/secrets/sync/plan.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { VaultProblem } from "lib/vault/http.ts";
import { type KvNotes, type KvSecret, readNotes, readSecret, surveyMount } from "lib/vault/kv.ts";
import { readV1 } from "lib/vault/kv1.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";

/** What counts as ours when it is found, though no file says it. */
export interface OrphanScope {
  /** The contexts that are synced. */
  readonly contexts: ReadonlySet<string>;
  /** The mounts of those contexts, also of one that holds nothing any more. */
  readonly mounts: ReadonlySet<string>;
  /** All contexts that there are: a secret of one that is gone is an orphan too. */
  readonly known: ReadonlySet<string>;
}

/** How thoroughly Vault is read. */
export interface ReadOptions {
  readonly scope: OrphanScope;
  /** Read every value, also where the version is the one that we wrote from the same file. */
  readonly full: boolean;
  /** Take KV v1 mounts too, whose secrets have neither versions nor owners nor orphans. */
  readonly kv1: boolean;
  /** Told of each secret that is as its file says, as soon as that is known. */
  onSettled(target: Target): void;
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
  options: ReadOptions,
): Promise<HeldSecrets> {
  const byMount = Map.groupBy(targets, ({ mount }) => mount);
  for (const mount of options.scope.mounts) if (!byMount.has(mount)) byMount.set(mount, []);
  const secrets = new Map<string, KvSecret>();
  const orphans: OrphanedSecret[] = [];
  const unlisted: string[] = [];
  await forEachAtOnce(byMount, vault.concurrency, async ([mount, wanted]) => {
    const [kind, survey] = await Promise.allSettled([
      vault.kvVersion(mount),
      surveyMount(vault, mount),
    ]);
    if (kind.status === "rejected") throw kind.reason;
    const version = kind.value;
    if (version === 1 && options.kv1) {
      await forEachAtOnce(wanted, vault.concurrency, async (target) => {
        const data = await readV1(vault, mount, target.path);
        secrets.set(placeOf(target), { kv: 1, version: data === undefined ? 0 : 1, data });
      });
      return;
    }
    if (version === 1) {
      throw new VaultProblem(
        200,
        `Mount ${mount}/ is KV version 1, which has no check-and-set: upgrade it, or see --kv1-lock`,
      );
    }
    if (survey.status === "rejected") throw survey.reason;
    const { paths, notes } = survey.value;
    if (paths === undefined) unlisted.push(mount);
    const there = paths && new Set(paths);
    const note = (target: Target, held: KvSecret) => {
      secrets.set(placeOf(target), held);
      if (!options.full && isSettled(held, target)) options.onSettled(target);
    };
    const unread = wanted.filter((target) => {
      const noted = notes?.get(target.path);
      if (there !== undefined && !there.has(target.path)) note(target, { version: 0 });
      else if (noted !== undefined && !options.full && isSettled(noted, target)) {
        note(target, noted);
      } else return true;
      return false;
    });
    await forEachAtOnce(unread, vault.concurrency, async (target) => {
      note(target, await readSecret(vault, mount, target.path));
    });
    const isWanted = new Set(wanted.map(({ path }) => path));
    const surplus = (paths ?? []).filter((path) => !isWanted.has(path));
    await forEachAtOnce(surplus, vault.concurrency, async (path) => {
      const noted = notes?.get(path) ?? await readNotes(vault, mount, path);
      if (!isOrphan(noted, environment, options.scope)) return;
      const source = noted.custom?.source ?? "";
      orphans.push({ environment, mount, path, source, version: noted.version });
    });
  });
  return { secrets, orphans: orphans.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1), unlisted };
}

function isOrphan(
  { custom, version, state }: KvNotes,
  environment: EnvironmentSuffix,
  { contexts, known }: OrphanScope,
): boolean {
  if (state !== undefined || version === 0 || !isOwned(custom)) return false;
  // Ours last, but someone else wrote over it: theirs to remove.
  if (custom?.synced_version !== String(version)) return false;
  const source = custom?.source ?? "";
  if (!source.endsWith(`.${environment}.yaml`)) return false;
  const context = contextOf(source) ?? "";
  return contexts.has(context) || !known.has(context);
}
