import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import type { WantedSecret } from "lib/secrets/context.ts";
import { type Applied, applyPlan } from "lib/secrets/sync/apply.ts";
import { checkDeletions, type DeleteBounds } from "lib/secrets/sync/deletions.ts";
import { type OrphanScope, readHeld } from "lib/secrets/sync/held.ts";
import {
  type OrphanedSecret,
  pendingOf,
  placeOf,
  planSync,
  type SyncPlan,
} from "lib/secrets/sync/plan.ts";
import { preflight } from "lib/secrets/sync/preflight.ts";
import type { VaultClient } from "lib/vault/client.ts";
import type { KvSecret } from "lib/vault/kv.ts";
import { delay } from "lib/vault/limiter.ts";

/** What may be done. */
export interface PrepareOptions {
  /** Take over what someone else wrote. */
  readonly adopt: boolean;
  /** Delete orphans. */
  readonly delete: boolean;
  readonly bounds: DeleteBounds;
  readonly scope: OrphanScope;
  /** Nothing more is begun once it is aborted. */
  readonly signal: AbortSignal;
  /** Waits between attempts; default really. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** A plan that can be applied while it is fresh. */
export interface Prepared {
  readonly plan: SyncPlan;
  /** Writes exactly the plan. Once. */
  apply(): Promise<Applied[]>;
}

/**
 * Compares what is wanted with what servers hold; writes nothing.
 *
 * @param clients One for each environment that is synced, also where it wants nothing
 * @throws {Problem} when a server cannot be used, may not be written to, or would lose more than it should
 */
export async function preparePlan(
  wanted: readonly WantedSecret[],
  clients: ReadonlyMap<EnvironmentSuffix, VaultClient>,
  options: PrepareOptions,
): Promise<Prepared> {
  const { signal, scope, wait = (milliseconds) => delay(milliseconds, signal) } = options;
  const secrets = new Map<string, KvSecret>();
  const orphans: OrphanedSecret[] = [];
  const sides = [...clients].map(([name, vault]) => ({ name, vault }));
  await Promise.all(sides.map(async ({ name, vault }) => {
    const targets = wanted.filter(({ environment }) => environment === name);
    const held = await readHeld(vault, name, targets, scope);
    for (const [place, secret] of held.secrets) secrets.set(place, secret);
    orphans.push(...held.orphans);
  }));
  orphans.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1);
  const plan = planSync(wanted, { secrets, orphans }, options);
  checkDeletions(plan, options.bounds);

  const byPlace = new Map(wanted.map((secret) => [placeOf(secret), secret]));
  const work = await Promise.all(sides.map(async ({ name, vault }) => {
    const pending = pendingOf(plan).filter(({ environment }) => environment === name);
    const merges = await preflight(vault, pending);
    const items = pending.map((planned) => ({
      planned,
      wanted: byPlace.get(placeOf(planned)),
      notes: secrets.get(placeOf(planned))?.custom,
      merge: merges.get(`${planned.mount}/${planned.path}`) ?? "patch" as const,
    }));
    return () => applyPlan(items, { vault, signal, wait });
  }));
  return {
    plan,
    apply: async () => (await Promise.all(work.map((write) => write()))).flat(),
  };
}
