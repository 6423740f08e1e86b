import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { sha256 } from "lib/schema/digest.ts";
import { readText } from "lib/schema/parse.ts";
import { closure, reverse } from "lib/graph/dag.ts";
import type { FleetRun, StackOutcome } from "lib/pulumi/deploy/deploy.ts";
import {
  type Circumstances,
  digestOf,
  PlanBundle,
  type PlannedStack,
  readBundle,
  staleBundle,
  staleStack,
} from "lib/pulumi/deploy/plan_bundle.ts";
import { readSource, readTools } from "lib/pulumi/deploy/source.ts";
import type { Engine, StackOptions } from "lib/pulumi/engine/run_stack.ts";
import { readState, type StackState } from "lib/pulumi/engine/state.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";

async function circumstancesOf(engine: Engine): Promise<Circumstances> {
  return {
    backend: engine.backend.kind === "sandbox" ? "sandbox" : engine.backend.url,
    source: await readSource(engine.root),
    tools: await readTools(engine.pulumi),
  };
}

/** What a run over a fleet is, without how it is watched. */
export type PlannedRun = Omit<FleetRun, "operation" | "observe" | "optionsFor" | "plan">;

/** A plan that was written. */
export interface SavedPlan {
  readonly bundle: PlanBundle;
  /** Stacks that are not in it, as they wait for one that has to be deployed first. */
  readonly left: readonly string[];
}

/**
 * Previews stacks and writes a plan: what each may do, bound to the states, upstream outputs, commit and
 * versions that it was made from.
 *
 * @param folder Where; whole or not at all. A plan that is there is replaced
 * @param preview Runs the previews
 * @returns The outcomes; and the plan, unless one of them failed
 * @throws {Problem} when the folder holds something else, or a state was written meanwhile
 */
export async function savePlan(
  run: PlannedRun,
  folder: string,
  preview: (
    options: Required<Pick<FleetRun, "optionsFor">>,
  ) => Promise<readonly StackOutcome[]>,
): Promise<{ outcomes: readonly StackOutcome[]; plan?: SavedPlan }> {
  await refuseForeign(folder);
  const { engine, fleet } = run;
  const now = await circumstancesOf(engine);
  const partial = `${folder}.${crypto.randomUUID().slice(0, 8)}.partial`;
  await Deno.mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const before = await statesOf(run, run.ids);
    const unknown = new Map<string, readonly string[]>();
    const outcomes = await preview({
      optionsFor(id, names) {
        unknown.set(id, names);
        return { savePlan: `${partial}/${fileOf(id)}` };
      },
    });
    if (outcomes.some(({ verdict }) => verdict !== "done")) return { outcomes };
    const deferred = outcomes.filter(({ result }) => result?.deferred).map(({ id }) => id);
    const absent = run.ids.filter((id) =>
      unknown.get(id)?.some((name) => !name.includes("#")) ?? false
    );
    const left = closure(reverse(fleet.graph), [...deferred, ...absent]);
    const stacks: PlannedStack[] = [];
    for (const id of run.ids) {
      if (left.has(id)) continue;
      const state = await readState(engine, fleet.stacks.get(id)!);
      if (state === undefined || (before.get(id) ?? state).digest !== state.digest) {
        throw new Problem(`The state of ${id} changed while it was planned: plan again`);
      }
      const { result } = outcomes.find((outcome) => outcome.id === id)!;
      stacks.push({
        id,
        file: fileOf(id),
        sha256: await sha256(await readText(`${partial}/${fileOf(id)}`)),
        state: state.digest,
        upstream: await upstreamOf(run, id, unknown.get(id) ?? []),
        overrides: { ...run.overrides?.get(id) },
        changes: { ...result!.report.changes },
      });
    }
    const contents = {
      version: 1 as const,
      created: new Date().toISOString(),
      backend: now.backend,
      source: { ...now.source },
      tools: { ...now.tools },
      stacks,
    };
    const bundle = PlanBundle.parse({ ...contents, digest: await digestOf(contents) });
    await writeAtomically(`${partial}/bundle.json`, `${JSON.stringify(bundle, null, 2)}\n`);
    await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
    await Deno.rename(partial, folder);
    return { outcomes, plan: { bundle, left: run.ids.filter((id) => left.has(id)) } };
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(ignoreMissing);
  }
}

/** A plan that may be carried out. */
export interface OpenPlan {
  readonly bundle: PlanBundle;
  readonly overrides: ReadonlyMap<string, Overrides>;
  /** Bounds a stack's update, and looks again at what it is bound to while the lock is held. */
  readonly optionsFor: (id: string) => StackOptions;
}

/**
 * Opens a plan to carry it out.
 *
 * @param folder Where `preview --save-plan` wrote it
 * @param expected The digest under which it was approved, whole or its beginning. Default any
 * @param ids The stacks of it that are to be run. Default all
 * @throws {Problem} when there is none, or another one was approved
 * @throws {Problems} when it was tampered with, or does not fit what is there now
 */
export async function openPlan(
  engine: Engine,
  fleet: Fleet,
  folder: string,
  { expected, ids }: { readonly expected?: string; readonly ids?: readonly string[] } = {},
): Promise<OpenPlan> {
  const bundle = await readBundle(folder);
  if (expected !== undefined && !(expected.length >= 12 && bundle.digest.startsWith(expected))) {
    throw new Problem(
      `${folder} holds plan ${bundle.digest.slice(0, 12)}, but ${expected} was approved`,
    );
  }
  const planned = new Map(bundle.stacks.map((stack) => [stack.id, stack]));
  const check = async (id: string, upstreamIds: readonly string[]) => {
    const run = { engine, fleet };
    const upstream = new Map<string, StackState["outputs"]>();
    for (const [name, state] of await statesOf(run, upstreamIds)) {
      upstream.set(name, state?.outputs ?? {});
    }
    const state = await readState(engine, fleet.stacks.get(id)!);
    return staleStack(planned.get(id)!, state, upstream);
  };
  const problems = staleBundle(bundle, await circumstancesOf(engine));
  for (const { id, upstream } of bundle.stacks) {
    if (ids !== undefined && !ids.includes(id)) continue;
    if (!fleet.stacks.has(id)) {
      problems.push(`${id}: no longer exists`);
      continue;
    }
    // An upstream stack of the same plan gets its outputs when its turn comes.
    const outside = Object.keys(upstream).filter((needed) => !planned.has(needed));
    problems.push(...(await check(id, outside)).map((problem) => `${id}: ${problem}`));
  }
  if (problems.length > 0) throw new Problems(problems);
  return {
    bundle,
    overrides: new Map(bundle.stacks.map(({ id, overrides }) => [id, overrides])),
    optionsFor: (id) => ({
      plan: `${folder}/${planned.get(id)!.file}`,
      ask: () => check(id, Object.keys(planned.get(id)!.upstream)),
    }),
  };
}

const fileOf = (id: string) => `${id.replace(":", ".")}.plan.json`;

async function statesOf(
  { engine, fleet }: Pick<FleetRun, "engine" | "fleet">,
  ids: readonly string[],
): Promise<Map<string, StackState | undefined>> {
  const states = new Map<string, StackState | undefined>();
  for (const id of ids) states.set(id, await readState(engine, fleet.stacks.get(id)!));
  return states;
}

/**
 * Digests of the upstream outputs that a stack reads and that were known. Secrets of a stack of the same
 * plan are left out, as its turn encrypts them anew: the update plan itself holds their values.
 */
async function upstreamOf(
  run: PlannedRun,
  id: string,
  unknown: readonly string[],
): Promise<Record<string, Record<string, string>>> {
  const upstream: Record<string, Record<string, string>> = {};
  for (const needed of run.fleet.graph.get(id)!) {
    const stack = run.fleet.stacks.get(needed)!;
    const { fullName } = stack.info;
    if (unknown.includes(`${fullName}#*`)) continue;
    const state = await readState(run.engine, stack);
    const reads = run.reads?.get(id)?.get(fullName);
    const leftOut = new Set(run.ids.includes(needed) ? state?.secretOutputs : []);
    upstream[needed] = Object.fromEntries(
      Object.entries(state?.outputs ?? {}).filter(([key]) =>
        !unknown.includes(`${fullName}#${key}`) && !leftOut.has(key) &&
        (run.reads === undefined || reads?.has(key))
      ),
    );
  }
  return upstream;
}

async function refuseForeign(folder: string): Promise<void> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    if (names.length === 0 || names.includes("bundle.json")) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new Problem(`Cannot write a plan to ${folder}: ${messageOf(error)}`, { cause: error });
  }
  throw new Problem(`${folder} holds something that is no plan: name another folder`);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
