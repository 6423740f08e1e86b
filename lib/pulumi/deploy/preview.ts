import type { ProgressStyle } from "lib/cli/board.ts";
import type { Io } from "lib/cli/io.ts";
import { count } from "lib/cli/table.ts";
import { Exit } from "lib/cli/task.ts";
import type { FleetRun } from "lib/pulumi/deploy/deploy.ts";
import type { EngineWords } from "lib/pulumi/deploy/flags.ts";
import { savePlan } from "lib/pulumi/deploy/plan.ts";
import {
  type FinishedRun,
  limitsOf,
  openEngine,
  reportRun,
  runWithBoard,
} from "lib/pulumi/deploy/session.ts";
import type { PlanBundle } from "lib/pulumi/deploy/plan_bundle.ts";
import {
  describeCounts,
  formatOutcomes,
  formatProblems,
  isSuccess,
} from "lib/pulumi/deploy/report.ts";
import { readsOf, type StackPreview } from "lib/pulumi/evaluate/fleet.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";

/** What a preview by the real engine is asked for. */
export interface EnginePreview extends EngineWords {
  readonly ids: readonly string[];
  readonly overrides: ReadonlyMap<string, Overrides>;
  readonly parallel: number;
  readonly limit: readonly string[];
  readonly resourceParallel?: number;
  /** The folder for a plan. Default none is written. */
  readonly savePlan?: string;
  readonly progress?: ProgressStyle;
  readonly summary?: string;
  readonly json: boolean;
}

/**
 * Previews stacks by the real engine, prints the result, and saves the plan when asked.
 *
 * @param previews The same stacks, evaluated offline
 * @returns Pending when something would change
 */
export async function previewWithEngine(
  io: Io,
  fleet: Fleet,
  previews: readonly StackPreview[],
  asked: EnginePreview,
): Promise<Exit> {
  const { ids, overrides } = asked;
  const engine = await openEngine(io, asked);
  const run = {
    fleet,
    ids,
    engine,
    limits: limitsOf(fleet, asked),
    overrides,
    reads: readsOf(previews),
  };
  let finished: FinishedRun | undefined;
  const preview = async (options: Pick<FleetRun, "optionsFor"> = {}) => {
    finished = await runWithBoard(io, { ...run, operation: "preview", ...options }, asked.progress);
    return finished.outcomes;
  };
  const saved = asked.savePlan === undefined
    ? void await preview()
    : (await savePlan(run, asked.savePlan, preview)).plan;
  const { outcomes } = finished!;
  const done = await reportRun(io, "Preview", finished!, asked);
  if (saved) {
    const { bundle, left } = saved;
    io.err(
      `Plan ${bundle.digest.slice(0, 12)} of ${
        count(bundle.stacks.length, "stack")
      } is in ${asked.savePlan}: carry it out with deploy --plan ${asked.savePlan}`,
    );
    for (const id of left) {
      io.err(`${id} is not in the plan: plan it when what it needs is deployed`);
    }
  }
  if (!done) return Exit.Failed;
  return outcomes.some(({ changed }) => changed) ? Exit.Pending : Exit.Ok;
}

/**
 * Shows on stderr what a deployment is going to do, before anyone says yes to it: what its plan says, else
 * a preview of it.
 *
 * @returns Whether it may go on: no preview failed
 */
export async function showChanges(
  io: Io,
  run: Omit<FleetRun, "operation" | "observe">,
  plan: PlanBundle | undefined,
  progress?: ProgressStyle,
): Promise<boolean> {
  if (plan) {
    for (const { id, changes } of plan.stacks) {
      if (run.ids.includes(id)) io.err(`${id}: ${describeCounts(changes) || "no changes"}`);
    }
    return true;
  }
  const engine = { ...run.engine, runDir: `${run.engine.runDir}-preview` };
  const { outcomes, elapsed } = await runWithBoard(
    io,
    { ...run, engine, operation: "preview" },
    progress,
  );
  for (const problem of formatProblems(outcomes)) io.err(problem);
  io.err(formatOutcomes(outcomes, elapsed));
  return outcomes.every(isSuccess);
}
