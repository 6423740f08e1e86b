import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { type Applied, applyPlan, type PendingWrite } from "lib/secrets/sync/apply.ts";
import { checkDeletions, type DeleteBounds } from "lib/secrets/sync/deletions.ts";
import { type OrphanScope, readHeld, type ReadOptions } from "lib/secrets/sync/held.ts";
import { checkSizes } from "lib/secrets/sync/limits.ts";
import { type LockPlace, withLock } from "lib/secrets/sync/lock.ts";
import type { Target } from "lib/secrets/sources.ts";
import {
  type HeldSecrets,
  pendingOf,
  placeOf,
  planSync,
  type SyncPlan,
  type Wanted,
} from "lib/secrets/sync/plan.ts";
import { preflight } from "lib/secrets/sync/preflight.ts";
import type { VaultClient } from "lib/vault/client.ts";
import type { SecretData } from "lib/vault/kv.ts";
import { delay } from "lib/vault/limiter.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";

/** Milliseconds that a server has to say what is settled before files are opened in vain. */
const HEAD_START = 100;

/** Files that are opened at once: elliptic curves and reading files are the work of other threads. */
const OPENED_AT_ONCE = 8;

/** What may be done. */
export interface PrepareOptions {
  /** Take over what someone else wrote. */
  readonly adopt: boolean;
  /** Delete orphans. */
  readonly delete: boolean;
  readonly bounds: DeleteBounds;
  /** Open every file and read every value, also where version and file are as we left them. */
  readonly full: boolean;
  readonly scope: OrphanScope;
  /** Where the lock for KV v1 mounts is; absent, such mounts are refused. */
  readonly kv1Lock?: LockPlace;
  /** Nothing more is begun once it is aborted. */
  readonly signal: AbortSignal;
  /** Waits between attempts; default really. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** A plan that can be applied while it is fresh. */
export interface Prepared {
  readonly plan: SyncPlan;
  /** Mounts that the token may not list: their orphans are not known. */
  readonly unlisted: readonly string[];
  /** Writes exactly the plan. Once. */
  apply(): Promise<Applied[]>;
}

/**
 * Compares what is wanted with what servers hold; writes nothing. Files are opened while Vault is asked, but
 * for those whose secrets turn out to be settled.
 *
 * @param open Gets a target's data
 * @param clients One for each environment that is synced, also where it wants nothing
 * @throws {Problems} every fault of every file; {@linkcode Problem} when a server cannot be used, may not be
 *   written to, or would lose more than it should
 */
export async function preparePlan<T extends Target>(
  targets: readonly T[],
  open: (target: T) => Promise<SecretData>,
  clients: ReadonlyMap<EnvironmentSuffix, Promise<VaultClient>>,
  options: PrepareOptions,
): Promise<Prepared> {
  const { signal, wait = (milliseconds) => delay(milliseconds, signal) } = options;
  const settled = new Set<string>();
  const asking = readAll(targets, clients, {
    ...options,
    kv1: options.kv1Lock !== undefined,
    onSettled: (target) => settled.add(placeOf(target)),
  });
  const [reading, opening] = await Promise.allSettled([
    asking,
    within(asking, HEAD_START).then(() => openAll(targets, open, settled, signal)),
  ]);
  if (opening.status === "rejected") throw opening.reason;
  const problems = opening.value.problemsBeside(settled);
  if (reading.status === "rejected") {
    const isOurs = reading.reason instanceof Problem && !signal.aborted;
    if (problems.length === 0 || !isOurs) throw reading.reason;
    throw new Problems([...problems, reading.reason.message]);
  }
  if (problems.length > 0) throw new Problems(problems);

  const wanted = targets.map((target): Wanted => {
    const data = settled.has(placeOf(target)) ? undefined : opening.value.data.get(placeOf(target));
    return { ...target, data };
  });
  checkSizes(wanted);
  const held = reading.value;
  if (options.delete && held.unlisted.length > 0) {
    throw new Problem(
      `The token may not list ${
        held.unlisted.join(", ")
      }: what no file says any more is not known: ` +
        "give it list of <mount>/metadata/*, or leave --delete away",
    );
  }
  const plan = planSync(wanted, held, options);
  checkDeletions(plan, options.bounds);

  const byPlace = new Map(wanted.map((secret) => [placeOf(secret), secret]));
  const work = await Promise.all([...clients].map(async ([name, client]) => {
    const vault = await client;
    const pending = pendingOf(plan).filter(({ environment }) => environment === name);
    const merges = await preflight(vault, pending);
    const writes = pending.map((planned) => ({
      planned,
      wanted: byPlace.get(placeOf(planned)),
      before: planned.kv === 1 ? held.secrets.get(placeOf(planned))?.data : undefined,
      notes: held.secrets.get(placeOf(planned))?.custom,
      merge: merges.get(`${planned.mount}/${planned.path}`) ?? "patch" as const,
    }));
    const { kv1Lock } = options;
    if (kv1Lock === undefined || !pending.some(({ kv }) => kv === 1)) {
      return () => applyPlan(writes, { vault, signal, wait });
    }
    const holder = `sync-secrets ${crypto.randomUUID()}`;
    const write = (isHeld: () => boolean) => applyPlan(writes, { vault, signal, wait, isHeld });
    return () => withLock(vault, kv1Lock, holder, write).catch((error) => allFailed(writes, error));
  }));
  return {
    plan,
    unlisted: held.unlisted,
    apply: async () => {
      // No environment is left while it is written to, whatever becomes of another.
      const ends = await Promise.allSettled(work.map((write) => write()));
      const failure = ends.find((end) => end.status === "rejected");
      if (failure !== undefined) throw failure.reason;
      return ends.flatMap((end) => end.status === "fulfilled" ? end.value : []);
    },
  };
}

/** What a lock that cannot be had comes to: told once. */
function allFailed(writes: readonly PendingWrite[], error: unknown): Applied[] {
  if (!(error instanceof Problem)) throw error;
  return writes.map(({ planned: { environment, mount, path, action } }, index) => ({
    environment,
    mount,
    path,
    action,
    outcome: "failed",
    ...(index === 0 ? { problem: error.message } : {}),
  }));
}

async function readAll(
  targets: readonly Target[],
  clients: ReadonlyMap<EnvironmentSuffix, Promise<VaultClient>>,
  options: ReadOptions,
): Promise<HeldSecrets> {
  const sides = await Promise.all([...clients].map(async ([name, client]) =>
    await readHeld(
      await client,
      name,
      targets.filter(({ environment }) => environment === name),
      options,
    )
  ));
  return {
    secrets: new Map(sides.flatMap(({ secrets }) => [...secrets])),
    orphans: sides.flatMap(({ orphans }) => orphans)
      .sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1),
    unlisted: sides.flatMap(({ unlisted }) => unlisted),
  };
}

/** Waits until a promise is settled, but not longer than so many milliseconds. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise: time, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([promise.then(() => {}, () => {}), time]);
  clearTimeout(timer);
}

/** Opens what is not settled by the time that it is its turn. */
async function openAll<T extends Target>(
  targets: readonly T[],
  open: (target: T) => Promise<SecretData>,
  settled: ReadonlySet<string>,
  signal: AbortSignal,
) {
  const data = new Map<string, SecretData>();
  const problems = new Map<string, readonly string[]>();
  await forEachAtOnce(targets, OPENED_AT_ONCE, async (target) => {
    signal.throwIfAborted();
    const place = placeOf(target);
    if (settled.has(place)) return;
    try {
      data.set(place, await open(target));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.set(place, error instanceof Problems ? error.messages : [error.message]);
    }
  });
  return {
    data,
    problemsBeside: (places: ReadonlySet<string>) =>
      targets.map(placeOf).filter((place) => !places.has(place))
        .flatMap((place) => problems.get(place) ?? []),
  };
}
