import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { reverse } from "lib/graph/dag.ts";
import { runSchedule, type Settled, type Verdict } from "lib/graph/schedule.ts";
import { liftsProtection, refuseDestruction } from "lib/pulumi/deploy/destroy_guard.ts";
import { beginJournal } from "lib/pulumi/deploy/journal.ts";
import { changedOutputs, hasChanges } from "lib/pulumi/engine/events.ts";
import {
  type Engine,
  runStack,
  type StackOperation,
  type StackOptions,
  type StackResult,
} from "lib/pulumi/engine/run_stack.ts";
import { comparableOutputs, readState } from "lib/pulumi/engine/state.ts";
import type { Reads } from "lib/pulumi/evaluate/evaluate.ts";
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

/** How many may run at once. */
export interface Limits {
  /** Stacks, at least 1. */
  readonly stacks: number;
  /** Stacks of one class, by the manifests' `concurrencyClass`; a class without a limit has none of its own. */
  readonly classes: Readonly<Record<string, number>>;
  /** Resources of one stack. Default Pulumi's own: four for each processor. */
  readonly resources?: number;
}

/** How a run over stacks is done. */
export interface FleetRun {
  readonly fleet: Fleet;
  /** What to run; order and edges come from the fleet. */
  readonly ids: readonly string[];
  readonly operation: StackOperation;
  readonly engine: Engine;
  readonly limits: Limits;
  /** Configuration keys set on the command line, by stack id. Default none. */
  readonly overrides?: ReadonlyMap<string, Overrides>;
  /** Stacks that are run only when an output that they read changes in this run. Default none. */
  readonly gated?: ReadonlySet<string>;
  /** Destroy what programs protect, too. Default in a sandbox alone. */
  readonly unprotect?: boolean;
  /** The upstream outputs that each stack reads, by stack id; without it, all of them. */
  readonly reads?: ReadonlyMap<string, Reads>;
  /** The plan that is carried out, by its digest. */
  readonly plan?: string;
  /** What a stack's operation is given on top. */
  readonly optionsFor?: (id: string, unknown: readonly string[]) => StackOptions;
  /** Told when a stack starts (no outcome) and when it ends. */
  readonly observe: (id: string, outcome: StackOutcome | undefined) => void;
}

/**
 * Runs an operation over stacks: each after all it needs; a destroy in exactly the reverse order.
 *
 * @returns The outcomes, in the order in which they ended
 * @throws {Problems} when a destroy would take a stack away from its consumers, or what is protected
 */
export async function runFleet(run: FleetRun): Promise<StackOutcome[]> {
  const { fleet, ids, operation, engine, limits } = run;
  const needs = subgraph(fleet, ids);
  if (operation === "destroy") await refuseDestruction(run);
  const outcomes: StackOutcome[] = [];
  /** Outputs that this run changed, or of which a preview cannot tell, by stack id. */
  const changed = new Map<string, readonly string[]>();
  const journal = await beginJournal(engine.runDir, {
    operation,
    backend: engine.backend.url,
    ids,
    ...(run.overrides ? { overrides: run.overrides } : {}),
    ...(run.plan ? { plan: run.plan } : {}),
  });
  await runSchedule<StackResult>({
    graph: operation === "destroy" ? reverse(needs) : needs,
    concurrency: limits.stacks,
    classLimits: limits.classes,
    classOf: (id) => fleet.stacks.get(id)!.on.project.concurrencyClass,
    signal: engine.signal,
    skip: (id) =>
      run.gated?.has(id) && needs.get(id)!.every((needed) => !readsAny(run, id, needed, changed))
        ? "no output that it reads changed"
        : undefined,
    async run(id) {
      const stack = fleet.stacks.get(id)!;
      const unknown = operation === "preview" ? await unknownOutputs(run, id, changed) : [];
      const gates = [...run.gated ?? []].some((below) => needs.get(below)!.includes(id));
      const before = gates ? await comparableOutputs(engine, stack) : {};
      const result = await runStack(engine, stack, operation, {
        overrides: run.overrides?.get(id),
        unknown,
        unprotect: liftsProtection(run),
        ...(limits.resources === undefined ? {} : { parallel: limits.resources }),
        ...run.optionsFor?.(id, unknown),
      });
      if (operation === "preview") changed.set(id, changedOutputs(result.report));
      else if (gates) {
        const after = await comparableOutputs(engine, stack);
        const keys = Object.keys({ ...before, ...after });
        changed.set(id, keys.filter((key) => before[key] !== after[key]));
      }
      return result;
    },
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

function readsAny(
  { fleet, reads }: FleetRun,
  id: string,
  needed: string,
  changed: ReadonlyMap<string, readonly string[]>,
): boolean {
  const keys = changed.get(needed) ?? [];
  const read = reads?.get(id);
  if (read === undefined) return keys.length > 0;
  const consumed = read.get(fleet.stacks.get(needed)!.info.fullName);
  return keys.some((key) => consumed?.has(key));
}

/** What a preview of a stack cannot know: outputs of stacks without state, or that this run would change. */
async function unknownOutputs(
  { fleet, engine }: FleetRun,
  id: string,
  changed: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const unknown: string[] = [];
  for (const needed of fleet.graph.get(id)!) {
    const stack = fleet.stacks.get(needed)!;
    const { fullName } = stack.info;
    const state = await readState(engine, stack);
    if (state === undefined) unknown.push(fullName);
    else if (state.resources === 0) unknown.push(`${fullName}#*`);
    else unknown.push(...(changed.get(needed) ?? []).map((key) => `${fullName}#${key}`));
  }
  return unknown;
}
