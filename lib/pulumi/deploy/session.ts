import { z } from "zod";
import { type Board, openBoard } from "lib/cli/board.ts";
import type { Io } from "lib/cli/io.ts";
import { ROOT } from "lib/cli/root.ts";
import { type EngineLookup, lookupEngine, resolveEngine } from "lib/engines/resolve.ts";
import { closure } from "lib/graph/dag.ts";
import { Environment, type EnvironmentSuffix } from "lib/schema/environment.ts";
import { environmentSuffix } from "lib/schema/environment.ts";
import { openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import { requirePlugins } from "lib/pulumi/engine/plugins.ts";
import type { Engine, StackOperation } from "lib/pulumi/engine/run_stack.ts";
import { pulumiPackages } from "lib/pulumi/packages.ts";
import { readUnfinished } from "lib/pulumi/deploy/journal.ts";
import { Problem } from "lib/schema/problem.ts";
import { runFleet, type StackOutcome } from "lib/pulumi/deploy/deploy.ts";
import {
  describeOutcome,
  formatMarkdown,
  formatOutcomes,
  formatProblems,
  outcomesAsJson,
} from "lib/pulumi/deploy/report.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { type Fleet, selectStacks } from "lib/pulumi/fleet.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";

/** How a command line selects stacks. */
export interface StackWords {
  readonly project: readonly string[];
  readonly env: readonly EnvironmentSuffix[];
  readonly stack?: string;
}

/** The engine modes of a sandbox. */
export const EngineMode = z.enum(["auto", "pulumi", "offline"]);
/** `auto` takes the CLI where there is one. */
export type EngineMode = z.infer<typeof EngineMode>;

/**
 * The stacks that a command line asks for, in dependency order.
 *
 * @param withNeeds Add everything that they need
 * @throws {Problem} exit code 2 for unknown words or an empty selection
 */
export function selectByWords(fleet: Fleet, words: StackWords, withNeeds = false): string[] {
  const environments = Environment.options.filter((name) =>
    words.env.length === 0 || words.env.includes(environmentSuffix(name))
  );
  const chosen = new Set(
    selectStacks(fleet, {
      projects: words.project,
      environments,
      ...(words.stack === undefined ? {} : { stack: words.stack }),
    }),
  );
  const all = withNeeds ? closure(fleet.graph, chosen) : chosen;
  return [...fleet.stacks.keys()].filter((id) => all.has(id));
}

/**
 * The stacks that the last deployment did not finish, in dependency order; told on stderr.
 *
 * @throws {Problem} when there was none, or one of its stacks is gone
 */
export async function selectUnfinished(
  fleet: Fleet,
  io: Io,
  sandbox: boolean,
  root = ROOT,
): Promise<string[]> {
  const { runs } = sandbox ? await openSandbox(root) : openBackend(root, io.env);
  const { started, ids, remaining } = await readUnfinished(runs, "up");
  const gone = remaining.filter((id) => !fleet.stacks.has(id));
  if (gone.length > 0) {
    throw new Problem(
      `Cannot resume: ${gone.join(", ")} no longer exists: deploy without --resume`,
    );
  }
  io.err(`Resuming the deployment of ${started}: ${remaining.length} of ${ids.length} stacks left`);
  return [...fleet.stacks.keys()].filter((id) => remaining.includes(id));
}

/** Looks for the CLI; with `mode` `pulumi` it has to be there. */
export function lookupCli(mode: EngineMode): Promise<EngineLookup> | undefined {
  return mode === "offline" ? undefined : lookupEngine("pulumi");
}

/**
 * Opens the engine for one run.
 *
 * @param sandbox Throw-away state and simulated providers; otherwise the real backend and providers
 * @throws {Problem} when the CLI, or outside a sandbox a plugin, is missing
 */
export async function openEngine(io: Io, sandbox: boolean, root = ROOT): Promise<Engine> {
  const { path } = await resolveEngine("pulumi");
  const backend = sandbox ? await openSandbox(root) : openBackend(root, io.env);
  if (!sandbox) await requirePlugins(path, backend.env, await pulumiPackages());
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  return {
    root,
    pulumi: path,
    backend,
    runDir: `${backend.runs}/${stamp}-${Deno.pid}`,
    signal: io.signal,
    narrate: (stack, text) => io.err(`  ${stack}: ${text}`),
  };
}

/** A run's outcomes and how long it took, in milliseconds. */
export interface FinishedRun {
  readonly outcomes: readonly StackOutcome[];
  readonly elapsed: number;
}

/**
 * Prints a run: problems on stderr, the result on stdout, and the Markdown summary to its file.
 *
 * @param title The summary's heading
 * @returns Whether every stack was done
 */
export async function reportRun(
  io: Io,
  title: string,
  { outcomes, elapsed }: FinishedRun,
  flags: { readonly json: boolean; readonly summary?: string },
): Promise<boolean> {
  for (const problem of formatProblems(outcomes)) io.err(problem);
  io.out(
    flags.json
      ? JSON.stringify({ engine: "pulumi", ...outcomesAsJson(outcomes, elapsed) })
      : formatOutcomes(outcomes, elapsed),
  );
  if (flags.summary) {
    await writeAtomically(flags.summary, formatMarkdown(title, outcomes, elapsed));
  }
  return outcomes.every(({ verdict }) => verdict === "done");
}

/** Runs an operation over stacks and draws its progress; see {@linkcode runFleet}. */
export async function runWithBoard(
  io: Io,
  run: {
    readonly fleet: Fleet;
    readonly ids: readonly string[];
    readonly operation: StackOperation;
    readonly engine: Engine;
    readonly concurrency: number;
    readonly classLimits?: Readonly<Record<string, number>>;
    readonly overrides?: ReadonlyMap<string, Overrides>;
  },
): Promise<FinishedRun> {
  const started = performance.now();
  const board: Board = await openBoard(io, run.ids);
  const engine = { ...run.engine, narrate: board.say };
  try {
    const outcomes = await runFleet({
      ...run,
      engine,
      observe: (id, outcome) =>
        outcome
          ? board.end(id, outcome.verdict === "done", describeOutcome(outcome))
          : board.start(id),
    });
    return { outcomes, elapsed: performance.now() - started };
  } finally {
    await board.close();
  }
}
