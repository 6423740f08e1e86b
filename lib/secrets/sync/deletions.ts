import { count } from "lib/cli/table.ts";
import { Problem } from "lib/schema/problem.ts";
import type { SyncPlan } from "lib/secrets/sync/plan.ts";

/** How much may be deleted at once. */
export interface DeleteBounds {
  /** As many as this whatever their share; default {@linkcode USUAL_DELETIONS} and {@linkcode USUAL_SHARE}. */
  readonly max?: number;
}

/** Deletions that are nothing unusual. */
export const USUAL_DELETIONS = 10;
/** The share of what is ours that may go at once; one secret always may. */
export const USUAL_SHARE = 0.2;

/**
 * Refuses a plan that deletes more than is usual, as after a checkout that is not whole.
 *
 * @throws {Problem} which says how to allow it
 */
export function checkDeletions(plan: SyncPlan, { max }: DeleteBounds): void {
  const deletions = plan.secrets.filter(({ action }) => action === "delete").length;
  const ours =
    plan.secrets.filter(({ action }) => action !== "add" && action !== "conflict").length;
  const most = max ?? Math.min(USUAL_DELETIONS, Math.max(1, Math.floor(ours * USUAL_SHARE)));
  if (deletions <= most) return;
  throw new Problem(
    `${count(deletions, "secret")} of ${ours} would be deleted, ${most} may be: ` +
      `look at the plan without --delete, then allow it with --max-deletes ${deletions}`,
  );
}
