import { createHash } from "node:crypto";
import { formatTable } from "lib/cli/table.ts";
import type { WantedSecret } from "lib/secrets/context.ts";
import type { KvSecret } from "lib/vault/client.ts";

/** What is to be done with a secret. */
export type Action =
  /** It is not there yet. */
  | "add"
  /** Its keys or values differ. */
  | "change"
  /** Its newest version is deleted or destroyed. */
  | "restore"
  /** It is there as wanted, but nobody claims it, as after an interruption: no value is written. */
  | "claim"
  | "unchanged"
  /** Someone else wrote it: it is not touched without `--adopt`. */
  | "conflict";

/** One key's change: lengths only, never values. */
export interface KeyChange {
  readonly key: string;
  readonly change: "add" | "change" | "remove";
  /** Characters of the new value as text; absent for a removal. */
  readonly length?: number;
}

/** One secret's part of a plan. */
export interface PlannedSecret {
  readonly mount: string;
  readonly path: string;
  readonly source: string;
  readonly action: Action;
  /** The version that is written over: 0 for none. */
  readonly cas: number;
  readonly keys: readonly KeyChange[];
}

/** A plan, to be shown and then applied exactly. */
export interface SyncPlan {
  readonly secrets: readonly PlannedSecret[];
  /** Hexadecimal; the same for the same sources, versions and actions. */
  readonly digest: string;
}

/** A secret as Vault has it, and whose it is. */
export interface HeldSecret extends KvSecret {
  /** The custom metadata's `managed_by`; absent where nobody claims it. */
  readonly owner?: string;
}

/** The value of `managed_by` on what is ours. */
export const OWNER = "sync-secrets";

/**
 * Compares wanted with held secrets; pure.
 *
 * @param held By `mount/path`; a missing one was never there
 * @param adopt Take over secrets that someone else wrote
 */
export function planSync(
  wanted: readonly WantedSecret[],
  held: ReadonlyMap<string, HeldSecret>,
  adopt: boolean,
): SyncPlan {
  const secrets = wanted.map((secret): PlannedSecret => {
    const { mount, path, source, data } = secret;
    const current = held.get(`${mount}/${path}`) ?? { version: 0 };
    const keys = compareKeys(current.data ?? {}, data);
    const action = actionFor(current, keys.length > 0, adopt);
    return { mount, path, source, action, cas: current.version, keys };
  });
  const hash = createHash("sha256");
  for (const [index, secret] of secrets.entries()) {
    hash.update(JSON.stringify([secret, wanted[index].data]));
  }
  return { secrets, digest: hash.digest("hex").slice(0, 16) };
}

function actionFor(held: HeldSecret, differs: boolean, adopt: boolean): Action {
  if (held.version === 0) return "add";
  const isForeign = held.owner !== OWNER;
  if (held.data !== undefined && !differs) return isForeign ? "claim" : "unchanged";
  if (isForeign && !adopt) return "conflict";
  return held.data === undefined ? "restore" : "change";
}

function compareKeys(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): KeyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((key): KeyChange[] => {
    if (!Object.hasOwn(after, key)) return [{ key, change: "remove" }];
    const text = asText(after[key]);
    if (!Object.hasOwn(before, key)) return [{ key, change: "add", length: text.length }];
    return asText(before[key]) === text ? [] : [{ key, change: "change", length: text.length }];
  });
}

const asText = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

/** Whether anything is to be written. */
export function isPending(plan: SyncPlan): boolean {
  return plan.secrets.some(({ action }) => action !== "unchanged" && action !== "conflict");
}

/** The secrets that someone else wrote. */
export function conflictsOf(plan: SyncPlan): readonly PlannedSecret[] {
  return plan.secrets.filter(({ action }) => action === "conflict");
}

/** The plan as rows: action, path, keys with the lengths of their values. */
export function formatPlan(plan: SyncPlan): string {
  return formatTable(plan.secrets.map(({ action, mount, path, cas, keys }) => [
    action,
    `${mount}/${path}`,
    cas === 0 ? "" : `version ${cas}`,
    keys.map(({ key, change, length }) =>
      `${{ add: "+", change: "~", remove: "-" }[change]}${key}${
        length === undefined ? "" : ` (${length})`
      }`
    ).join(" "),
  ]));
}
