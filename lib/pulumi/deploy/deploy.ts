import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { reverse } from "lib/graph/dag.ts";
import { runSchedule, type Settled, type Verdict } from "lib/graph/schedule.ts";
import { beginJournal } from "lib/pulumi/deploy/journal.ts";
import { hasChanges } from "lib/pulumi/engine/events.ts";
import {
  type Engine,
  runStack,
  type StackOperation,
  type StackResult,
} from "lib/pulumi/engine/run_stack.ts";
import { countResources } from "lib/pulumi/engine/state.ts";
import { type Fleet, subgraph } from "lib/pulumi/fleet.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";

/** How one stack of a run ended. */
export interface StackOutcome {
  /** `<project>:<stack>`. */
  readonly id: string;
  readonly verdict: Verdict;
  /** Whether anything changed, or would. */
  readonly changed: boolean;
  /** What the engine said; absent when it was not started. */
  readonly result?: StackResult;
  /** Why it failed or was not started. */
  readonly problems: readonly string[];
}

/** How a run over stacks is done. */
export interface FleetRun {
  readonly fleet: Fleet;
  /** What to run; order and edges come from the fleet. */
  readonly ids: readonly string[];
  readonly operation: StackOperation;
  readonly engine: Engine;
  /** Stacks at once, at least 1. */
  readonly concurrency: number;
  /** Stacks of one class at once, by the manifests' `concurrencyClass`. Default unlimited. */
  readonly classLimits?: Readonly<Record<string, number>>;
  /** Configuration keys set on the command line, by stack id. Default none. */
  readonly overrides?: ReadonlyMap<string, Overrides>;
  /** Told when a stack starts (no outcome) and when it ends. */
  readonly observe: (id: string, outcome: StackOutcome | undefined) => void;
}

/**
 * Runs an operation over stacks: each after all it needs; a destroy in exactly the reverse order.
 *
 * @returns The outcomes, in the order in which they ended
 * @throws {Problems} when a destroy would take a stack away from its consumers
 */
export async function runFleet(run: FleetRun): Promise<StackOutcome[]> {
  const { fleet, ids, operation, engine } = run;
  const needs = subgraph(fleet, ids);
  if (operation === "destroy") await refuseWithConsumers(run);
  const outcomes: StackOutcome[] = [];
  const journal = await beginJournal(engine.runDir, operation, ids);
  await runSchedule<StackResult>({
    graph: operation === "destroy" ? reverse(needs) : needs,
    concurrency: run.concurrency,
    classLimits: run.classLimits,
    classOf: (id) => fleet.stacks.get(id)!.on.project.concurrencyClass,
    signal: engine.signal,
    run: async (id) =>
      runStack(engine, fleet.stacks.get(id)!, operation, {
        overrides: run.overrides?.get(id),
        unknown: operation === "preview" ? await undeployedNeeds(run, id) : [],
      }),
    failed: (result) => result.code !== 0 && result.deferred === undefined,
    observe(id, settled) {
      const outcome = settled && outcomeOf(id, settled);
      if (outcome) outcomes.push(outcome);
      outcome ? journal.settle(id, outcome.verdict) : journal.start(id);
      run.observe(id, outcome);
    },
  }).finally(() => journal.close());
  return outcomes;
}

function outcomeOf(id: string, settled: Settled<StackResult>): StackOutcome {
  const { verdict, result, error, reason } = settled;
  const thrown = error === undefined
    ? []
    : error instanceof Problems
    ? error.messages
    : [error instanceof Problem ? error.message : (error as Error).stack ?? messageOf(error)];
  return {
    id,
    verdict,
    changed: result !== undefined && hasChanges(result.report),
    ...(result ? { result } : {}),
    problems: [...result?.problems ?? [], ...thrown, ...(reason ? [reason] : [])],
  };
}

/** Full names of what a stack needs and that has no state: their outputs are unknown in a preview. */
async function undeployedNeeds({ fleet, engine }: FleetRun, id: string): Promise<string[]> {
  const names: string[] = [];
  for (const needed of fleet.graph.get(id)!) {
    const stack = fleet.stacks.get(needed)!;
    if (await countResources(engine, stack) === 0) names.push(stack.info.fullName);
  }
  return names;
}

async function refuseWithConsumers({ fleet, ids, engine }: FleetRun): Promise<void> {
  const consumers = reverse(fleet.graph);
  const problems: string[] = [];
  for (const id of ids) {
    for (const consumer of consumers.get(id) ?? []) {
      if (ids.includes(consumer)) continue;
      const stack = fleet.stacks.get(consumer)!;
      if (await countResources(engine, stack) > 0) {
        problems.push(`Cannot destroy ${id}: ${consumer} still uses it: destroy that first`);
      }
    }
  }
  if (problems.length > 0) throw new Problems(problems);
}
