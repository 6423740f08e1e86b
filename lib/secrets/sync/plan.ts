import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { isOwned, isUpToDate } from "lib/secrets/sync/ownership.ts";
import type { Target } from "lib/secrets/sources.ts";
import type { KvSecret, SecretData } from "lib/vault/kv.ts";

/** What is to be done with a secret. */
export type Action =
  /** It is not there yet. */
  | "add"
  /** Its keys or values differ. */
  | "change"
  /** Its newest version is deleted or destroyed. */
  | "restore"
  /** It is there as wanted, but not noted as ours, as after an interruption: no value is written. */
  | "claim"
  /** It is ours, no file says it any more, and `--delete` was given. */
  | "delete"
  /** It is ours and no file says it any more: it stays. */
  | "orphan"
  | "unchanged"
  /** Someone else wrote it: it is not touched without `--adopt`. */
  | "conflict";

/** The actions that write. */
export const WRITING: ReadonlySet<Action> = new Set([
  "add",
  "change",
  "restore",
  "claim",
  "delete",
]);

/** One key's change: lengths only, never values. */
export interface KeyChange {
  readonly key: string;
  readonly change: "add" | "change" | "remove";
  /** Characters of the new value as text; absent for a removal. */
  readonly length?: number;
}

/** One secret's part of a plan. Holds no value. */
export interface PlannedSecret {
  readonly environment: EnvironmentSuffix;
  readonly mount: string;
  /** Below the mount. */
  readonly path: string;
  /** The file that says it; for an orphan, that said it. */
  readonly source: string;
  readonly action: Action;
  /** The newest version, which is written over: 0 for none. */
  readonly version: number;
  readonly keys: readonly KeyChange[];
  /** 1 for a secret of a KV v1 mount: it is written over, without a version. */
  readonly kv?: 1;
  /** Why it is a conflict. */
  readonly reason?: string;
}

/** A plan, to be shown and then applied exactly. */
export interface SyncPlan {
  /** As wanted, then what is orphaned. */
  readonly secrets: readonly PlannedSecret[];
  /** Hexadecimal; the same for the same files, versions and actions. Made without any value. */
  readonly digest: string;
}

/** What one environment's Vault holds. */
export interface HeldSecrets {
  /** By {@linkcode placeOf}; a missing one was never there. */
  readonly secrets: ReadonlyMap<string, KvSecret>;
  /** Ours, and of a context that is synced or gone, but said by no file. Without values. */
  readonly orphans: readonly OrphanedSecret[];
  /** Mounts that the token may not list: their orphans are not known. */
  readonly unlisted: readonly string[];
}

/** A secret of ours that no file says any more. */
export interface OrphanedSecret {
  readonly environment: EnvironmentSuffix;
  readonly mount: string;
  readonly path: string;
  /** The file that said it. */
  readonly source: string;
  readonly version: number;
}

/** `ci:secret-app/database`: where a secret is, over all environments. */
export function placeOf(
  secret: { readonly environment: string; readonly mount: string; readonly path: string },
): string {
  return `${secret.environment}:${secret.mount}/${secret.path}`;
}

/** A secret as it should be; its data, which is secret, is absent where it is known to be there. */
export interface Wanted extends Target {
  readonly data?: SecretData;
}

/**
 * Compares wanted with held secrets; pure.
 *
 * @param options.adopt Take over what someone else wrote
 * @param options.delete Delete orphans
 */
export function planSync(
  wanted: readonly Wanted[],
  held: HeldSecrets,
  options: { readonly adopt: boolean; readonly delete: boolean },
): SyncPlan {
  const planned = wanted.map((secret): PlannedSecret => {
    const { environment, mount, path, source, data } = secret;
    const current = held.secrets.get(placeOf(secret)) ?? { version: 0 };
    const where = {
      environment,
      mount,
      path,
      source,
      version: current.version,
      ...(current.kv === 1 ? { kv: current.kv } : {}),
    };
    if (data === undefined) return { ...where, action: "unchanged", keys: [] };
    const keys = compareKeys(current.data ?? {}, data);
    return { ...where, ...decide(current, keys.length > 0, source, options.adopt), keys };
  });
  const orphans = held.orphans.map((orphan): PlannedSecret => ({
    ...orphan,
    action: options.delete ? "delete" : "orphan",
    keys: [],
  }));
  const secrets = [...planned, ...orphans];
  const hash = createHash("sha256");
  for (const secret of secrets) hash.update(JSON.stringify(secret));
  for (const secret of wanted) {
    const created = held.secrets.get(placeOf(secret))?.createdTime ?? "";
    hash.update(JSON.stringify([secret.sourceDigest, created]));
  }
  return { secrets, digest: hash.digest("hex").slice(0, 32) };
}

function decide(
  held: KvSecret,
  differs: boolean,
  source: string,
  adopt: boolean,
): Pick<PlannedSecret, "action" | "reason"> {
  if (held.version === 0) return { action: "add" };
  if (held.kv === 1) {
    if (!differs) return { action: "unchanged" };
    const reason = "written by nobody knows whom, as KV version 1 keeps no record";
    return adopt ? { action: "change" } : { action: "conflict", reason };
  }
  const owner = held.custom?.managed_by;
  const isMatch = held.data !== undefined && !differs;
  if (isMatch && isUpToDate(held, source)) return { action: "unchanged" };
  const isOurs = isOwned(held.custom);
  const isElsewhere = isOurs && held.custom?.source !== source;
  if (isMatch && (owner === undefined || isOurs && !isElsewhere)) return { action: "claim" };
  if (!adopt && !isUpToDate(held, source)) {
    const reason = isElsewhere
      ? `written from ${held.custom?.source}`
      : isOurs
      ? `changed in Vault since version ${held.custom?.synced_version ?? "?"}, the last of ours`
      : owner === undefined
      ? "written by someone else"
      : `managed by ${owner}`;
    return { action: "conflict", reason };
  }
  if (isMatch) return { action: "claim" };
  return { action: held.data === undefined ? "restore" : "change" };
}

function compareKeys(before: SecretData, after: SecretData): KeyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((key): KeyChange[] => {
    if (!Object.hasOwn(after, key)) return [{ key, change: "remove" }];
    const { length } = asText(after[key]);
    if (!Object.hasOwn(before, key)) return [{ key, change: "add", length }];
    return isSame(before[key], after[key]) ? [] : [{ key, change: "change", length }];
  });
}

/** Whether two values are the same once they went through JSON, whatever the order of their keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(throughJson(a), throughJson(b));
}

const throughJson = (value: unknown): unknown =>
  value === undefined || typeof value === "string" ? value : JSON.parse(JSON.stringify(value));

const asText = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

/** What is to be written. */
export function pendingOf(plan: SyncPlan): readonly PlannedSecret[] {
  return plan.secrets.filter(({ action }) => WRITING.has(action));
}

/** What someone else wrote. */
export function conflictsOf(plan: SyncPlan): readonly PlannedSecret[] {
  return plan.secrets.filter(({ action }) => action === "conflict");
}
