import { messageOf } from "lib/schema/problem.ts";
import { ownership } from "lib/secrets/sync/ownership.ts";
import { isSame, type PlannedSecret, type Wanted } from "lib/secrets/sync/plan.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { VaultProblem } from "lib/vault/http.ts";
import * as kv from "lib/vault/kv.ts";
import { readV1, writeV1 } from "lib/vault/kv1.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";
import { pauseAfter } from "lib/vault/retry.ts";

/** How one write ended. */
export interface Applied extends Pick<PlannedSecret, "environment" | "mount" | "path" | "action"> {
  readonly outcome:
    /** A new version is there; for a claim its note, for a deletion its end. */
    | "written"
    /** Someone else wrote the same: no version is ours. */
    | "matched"
    /** Someone else wrote since the plan: theirs stays. */
    | "conflict"
    | "failed"
    /** Not begun: stopped before. */
    | "left";
  /** The version that was written, or deleted. */
  readonly version?: number;
  /** What went wrong; never holds a value. */
  readonly problem?: string;
}

/** One thing to write. */
export interface PendingWrite {
  readonly planned: PlannedSecret;
  /** Absent for a deletion. */
  readonly wanted?: Wanted;
  /** What a KV v1 mount held; absent where there was nothing. Secret. */
  readonly before?: kv.SecretData;
  /** What is noted on the secret, as read. */
  readonly notes?: Readonly<Record<string, string>>;
  /** How a note can be written. */
  readonly merge: "patch" | "replace";
}

/** What is needed to write. */
export interface ApplyOptions {
  readonly vault: VaultClient;
  /** Nothing more is begun once it is aborted. */
  readonly signal: AbortSignal;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Whether the lock is still held, where there is one. */
  readonly isHeld?: () => boolean;
}

/**
 * Writes what is pending in one environment, each secret by check-and-set over the version that was planned
 * on. Nothing that someone else wrote since is overwritten; a lost answer is settled by reading again. When
 * the server is gone, or the signal is aborted, the rest is left: the next run goes on from there.
 *
 * @returns In the order of `pending`
 */
export async function applyPlan(
  pending: readonly PendingWrite[],
  options: ApplyOptions,
): Promise<Applied[]> {
  const results = pending.map(({ planned }): Applied => ({ ...head(planned), outcome: "left" }));
  let isGone = false;
  await forEachAtOnce(
    pending.entries(),
    options.vault.concurrency,
    async ([index, write]) => {
      try {
        results[index] = await applyOne(write, options, () => isGone = true);
      } catch (error) {
        const isInterrupted = options.signal.aborted && error === options.signal.reason;
        if (!(error instanceof VaultProblem) && !isInterrupted) throw error;
        isGone ||= error instanceof VaultProblem && error.isOutage;
        results[index] = { ...head(write.planned), outcome: "failed", problem: messageOf(error) };
      }
    },
    () => isGone || options.signal.aborted || !(options.isHeld?.() ?? true),
  );
  return results;
}

const head = ({ environment, mount, path, action }: PlannedSecret) => ({
  environment,
  mount,
  path,
  action,
});

async function applyOne(
  { planned, wanted, before, notes, merge }: PendingWrite,
  options: ApplyOptions,
  giveUp: () => void,
): Promise<Applied> {
  const { mount, path, action } = planned;
  const { vault } = options;
  if (action === "delete") return await deleteOne(planned, vault);
  if (wanted?.data === undefined) throw new TypeError(`${mount}/${path} is written without data`);
  if (planned.kv === 1) return await writeOverV1(planned, wanted.data, before, options);
  const settled = action === "claim"
    ? { outcome: "written" as const, version: planned.version }
    : await writeSettled(planned, wanted.data, options);
  if (settled.outcome === "conflict") {
    const problem = `${mount}/${path} was written by someone else since the plan: plan again`;
    return { ...head(planned), outcome: "conflict", problem };
  }
  try {
    await kv.noteOnSecret(vault, mount, path, ownership(wanted, settled.version), {
      merge,
      known: notes,
    });
  } catch (error) {
    if (!(error instanceof VaultProblem)) throw error;
    if (error.isOutage) giveUp();
    const problem = `${
      messageOf(error)
    } (version ${settled.version} is there: run again to claim it)`;
    return { ...head(planned), ...settled, problem };
  }
  return { ...head(planned), ...settled };
}

/** Reads of a secret whose write is in doubt, over a few seconds: a standby may lag behind. */
const DOUBTS = 7;

async function writeSettled(
  { mount, path, version }: PlannedSecret,
  data: kv.SecretData,
  { vault, wait }: ApplyOptions,
): Promise<
  { outcome: "written" | "matched"; version: number } | { outcome: "conflict" }
> {
  let sent = false;
  for (let doubt = 1;; doubt++) {
    let lost: VaultProblem | undefined;
    try {
      const written = await kv.writeSecret(vault, mount, path, data, version);
      if (written !== undefined) return { outcome: "written", version: written };
    } catch (error) {
      if (!(error instanceof kv.AmbiguousWrite)) throw error;
      [sent, lost] = [true, error];
    }
    const now = await kv.readSecret(vault, mount, path);
    if (now.version === version + 1 && now.data !== undefined && isSame(now.data, data)) {
      return { outcome: sent ? "written" : "matched", version: now.version };
    }
    if (now.version > version) return { outcome: "conflict" };
    if (doubt === DOUBTS) {
      if (lost !== undefined) throw lost;
      return { outcome: "conflict" };
    }
    await wait(pauseAfter(doubt));
  }
}

/** KV v1: looks before and after the write, under a lock, and can still not see all that others do. */
async function writeOverV1(
  planned: PlannedSecret,
  data: kv.SecretData,
  before: kv.SecretData | undefined,
  { vault }: ApplyOptions,
): Promise<Applied> {
  const { mount, path } = planned;
  const conflict = (when: string): Applied => ({
    ...head(planned),
    outcome: "conflict",
    problem: `${mount}/${path} was written by someone else ${when}: plan again`,
  });
  if (!isSame(await readV1(vault, mount, path), before)) return conflict("since the plan");
  await writeV1(vault, mount, path, data);
  if (!isSame(await readV1(vault, mount, path), data)) return conflict("at the same time");
  return { ...head(planned), outcome: "written" };
}

async function deleteOne(planned: PlannedSecret, vault: VaultClient): Promise<Applied> {
  const { mount, path, version } = planned;
  await kv.deleteVersion(vault, mount, path, version);
  const now = await kv.readNotes(vault, mount, path);
  if (now.version === version) return { ...head(planned), outcome: "written", version };
  const problem =
    `${mount}/${path} was written by someone else since the plan: version ${now.version} stays`;
  return { ...head(planned), outcome: "conflict", problem };
}
