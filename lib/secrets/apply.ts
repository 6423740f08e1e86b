import { messageOf } from "lib/schema/problem.ts";
import type { WantedSecret } from "lib/secrets/context.ts";
import { type HeldSecret, OWNER, type PlannedSecret, type SyncPlan } from "lib/secrets/plan.ts";
import { type VaultClient, VaultProblem } from "lib/vault/client.ts";

/** How one write ended. */
export interface Applied {
  readonly mount: string;
  readonly path: string;
  readonly outcome: "written" | "conflict" | "failed";
  /** The new version, when written. */
  readonly version?: number;
  /** Why not; never holds a value. */
  readonly problem?: string;
}

/**
 * Reads what Vault holds of the wanted secrets.
 *
 * @throws {VaultProblem} for a mount that is missing, no KV v2, or may not be read: nothing is written then
 */
export async function readHeld(
  vault: VaultClient,
  wanted: readonly WantedSecret[],
): Promise<Map<string, HeldSecret>> {
  for (const mount of new Set(wanted.map((secret) => secret.mount))) {
    if (await vault.kvVersion(mount) === 1) {
      throw new VaultProblem(
        200,
        `Mount ${mount}/ is KV version 1, which has no check-and-set: upgrade it`,
      );
    }
  }
  const held = new Map<string, HeldSecret>();
  for (const { mount, path } of wanted) {
    const secret = await vault.readSecret(mount, path);
    const { managed_by: owner } = secret.version === 0
      ? {} as Record<string, string>
      : await vault.readCustomMetadata(mount, path);
    held.set(`${mount}/${path}`, { ...secret, ...(owner ? { owner } : {}) });
  }
  return held;
}

/**
 * Writes a plan: each secret by check-and-set over the version that was planned on. Nothing that someone
 * else wrote since is overwritten; a lost answer is settled by reading again.
 */
export async function applyPlan(
  vault: VaultClient,
  plan: SyncPlan,
  wanted: readonly WantedSecret[],
  signal?: AbortSignal,
): Promise<Applied[]> {
  const results: Applied[] = [];
  for (const [index, planned] of plan.secrets.entries()) {
    if (planned.action === "unchanged" || planned.action === "conflict") continue;
    signal?.throwIfAborted();
    results.push(await applyOne(vault, planned, wanted[index]));
  }
  return results;
}

async function applyOne(
  vault: VaultClient,
  planned: PlannedSecret,
  { data }: WantedSecret,
): Promise<Applied> {
  const { mount, path, cas } = planned;
  try {
    const version = planned.action === "claim" ? cas : await writeOnce(vault, planned, data);
    if (version === undefined) {
      const problem = `${mount}/${path} was written by someone else since the plan: plan again`;
      return { mount, path, outcome: "conflict", problem };
    }
    await vault.writeCustomMetadata(mount, path, { managed_by: OWNER });
    return { mount, path, outcome: "written", version };
  } catch (error) {
    if (!(error instanceof VaultProblem)) throw error;
    const problem = `${messageOf(error)} (version ${cas} is still the newest, or run again)`;
    return { mount, path, outcome: "failed", problem };
  }
}

async function writeOnce(
  vault: VaultClient,
  { mount, path, cas }: PlannedSecret,
  data: WantedSecret["data"],
): Promise<number | undefined> {
  try {
    return await vault.writeSecret(mount, path, data, cas);
  } catch (error) {
    // No answer, or a gateway's: the write may have happened.
    if (!(error instanceof VaultProblem) || (error.status !== 0 && error.status < 500)) throw error;
    const now = await vault.readSecret(mount, path);
    const isOurs = now.version === cas + 1 &&
      JSON.stringify(sorted(now.data ?? {})) === JSON.stringify(sorted(data));
    if (isOurs) return now.version;
    if (now.version !== cas) return undefined;
    throw error;
  }
}

const sorted = (data: Readonly<Record<string, unknown>>) => Object.entries(data).sort();
