import { z } from "zod";
import { type Board, openBoard, type ProgressStyle } from "lib/cli/board.ts";
import type { Io } from "lib/cli/io.ts";
import { ROOT } from "lib/cli/root.ts";
import { type EngineLookup, lookupEngine, resolveEngine } from "lib/engines/resolve.ts";
import { openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import { rehearsalServers } from "lib/pulumi/rehearse/connect.ts";
import { requirePlugins } from "lib/pulumi/engine/plugins.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import { pulumiPackages } from "lib/pulumi/packages.ts";
import { organization } from "lib/organization.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { UsageProblem } from "lib/schema/problem.ts";
import { type EngineWords, refuseIdleServers } from "lib/pulumi/deploy/flags.ts";
import {
  type FleetRun,
  type Limits,
  runFleet,
  type StackOutcome,
} from "lib/pulumi/deploy/deploy.ts";
import {
  describeOutcome,
  formatMarkdown,
  formatOutcomes,
  formatProblems,
  isSuccess,
  outcomesAsJson,
} from "lib/pulumi/deploy/report.ts";
import { writeAtomically } from "lib/schema/atomic.ts";

/** The engine modes of a sandbox. */
export const EngineMode = z.enum(["auto", "pulumi", "offline"]);
/** `auto` takes the CLI where there is one. */
export type EngineMode = z.infer<typeof EngineMode>;

/** Looks for the CLI; with `mode` `pulumi` it has to be there. */
export function lookupCli(mode: EngineMode): Promise<EngineLookup> | undefined {
  return mode === "offline" ? undefined : lookupEngine("pulumi");
}

/**
 * Opens the engine for one run.
 *
 * @throws {Problem} when the CLI, or outside a sandbox a plugin, is missing
 */
export async function openEngine(
  io: Io,
  words: EngineWords,
  root = ROOT,
): Promise<Engine> {
  const { sandbox } = words;
  refuseIdleServers(words);
  const servers = await rehearsalServers(words, io.env);
  const { path } = await resolveEngine("pulumi");
  const backend = sandbox ? await openSandbox(root) : openBackend(root, io.env);
  if (!sandbox) await requirePlugins(path, backend.env, await pulumiPackages());
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  return {
    root,
    pulumi: path,
    backend,
    ...(servers ? { servers } : {}),
    runDir: `${backend.runs}/${stamp}-${Deno.pid}`,
    signal: io.signal,
    narrate: (stack, text) => io.err(`  ${stack}: ${text}`),
  };
}

/**
 * The limits that a command line and the organization set.
 *
 * @throws {UsageProblem} for a limit that is no `CLASS=N`, or of a class that no manifest names
 */
export function limitsOf(fleet: Fleet, flags: {
  readonly parallel: number;
  readonly limit: readonly string[];
  readonly resourceParallel?: number;
}): Limits {
  const classes: Record<string, number> = { ...organization.classLimits };
  const known = [
    ...new Set([
      ...Object.keys(classes),
      ...fleet.projects.flatMap(({ project }) => project.concurrencyClass ?? []),
    ]),
  ];
  for (const word of flags.limit) {
    const [, name, number] = /^(.+)=([1-9]\d*)$/.exec(word) ?? [];
    if (name === undefined) {
      throw new UsageProblem(`--limit "${word}" is no CLASS=N: write --limit aws:us-east-1=2`);
    }
    if (!known.includes(name)) {
      throw new UsageProblem(
        `--limit "${word}": no project is of class ${name}${
          didYouMean(name, known) || `: there are ${known.join(", ")}`
        }`,
      );
    }
    classes[name] = Number(number);
  }
  return {
    stacks: flags.parallel,
    classes,
    ...(flags.resourceParallel === undefined ? {} : { resources: flags.resourceParallel }),
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
  return outcomes.every(isSuccess);
}

/** Runs an operation over stacks and draws its progress; see {@linkcode runFleet}. */
export async function runWithBoard(
  io: Io,
  run: Omit<FleetRun, "observe">,
  progress?: ProgressStyle,
): Promise<FinishedRun> {
  const started = performance.now();
  const board: Board = await openBoard(io, run.ids, progress);
  const engine = { ...run.engine, narrate: board.say };
  try {
    const outcomes = await runFleet({
      ...run,
      engine,
      observe: (id, outcome) =>
        outcome ? board.end(id, isSuccess(outcome), describeOutcome(outcome)) : board.start(id),
    });
    return { outcomes, elapsed: performance.now() - started };
  } finally {
    await board.close();
  }
}
