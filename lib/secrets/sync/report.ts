import { count, formatTable } from "lib/cli/table.ts";
import type { Applied } from "lib/secrets/sync/apply.ts";
import type { PlannedSecret, SyncPlan } from "lib/secrets/sync/plan.ts";

const SIGN = { add: "+", change: "~", remove: "-" } as const;

/** The plan as rows: action, place, version, keys with the lengths of their values. Never a value. */
export function formatPlan(plan: SyncPlan): string {
  const several = new Set(plan.secrets.map(({ environment }) => environment)).size > 1;
  return formatTable(plan.secrets.map((secret) => [
    secret.action,
    ...(several ? [secret.environment] : []),
    `${secret.mount}/${secret.path}`,
    secret.version === 0 ? "" : `version ${secret.version}`,
    describe(secret),
  ]));
}

function describe({ action, reason, source, keys }: PlannedSecret): string {
  if (action === "orphan" || action === "delete") return `no longer in ${source}`;
  const changes = keys.map(({ key, change, length }) =>
    `${SIGN[change]}${key}${length === undefined ? "" : ` (${length})`}`
  );
  return [reason === undefined ? [] : `${reason}:`, changes].flat().join(" ");
}

/** `3 written, 1 left`, for what was done. */
export function summarize(applied: readonly Applied[]): string {
  const written = applied.filter((write) => write.outcome === "written");
  const deleted = written.filter(({ action }) => action === "delete").length;
  const claimed = written.filter(({ action }) => action === "claim").length;
  const numberOf = (outcome: Applied["outcome"]) =>
    applied.filter((write) => write.outcome === outcome).length;
  const parts: [number, string][] = [
    [claimed, "claimed"],
    [deleted, "deleted"],
    [numberOf("matched"), "written by someone else alike"],
    [numberOf("conflict"), "in conflict"],
    [numberOf("failed"), "failed"],
    [numberOf("left"), "left"],
  ];
  const rest = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return [count(written.length - deleted - claimed, "version") + " written", ...rest].join(", ");
}
