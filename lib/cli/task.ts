/**
 * How every task is written: a name, a summary, arguments and flags as zod objects, and a `run`.
 *
 * A task file exports its task and touches the process only under `import.meta.main`:
 *
 * ```ts ignore
 * export const task = defineTask({ name: "greet", summary: "Say hello", run: … });
 * if (import.meta.main) await runTask(task);
 * ```
 *
 * @module
 */
import { z } from "zod";
import { parseCommandLine, parsePositionals } from "lib/cli/flags.ts";
import { formatHelp } from "lib/cli/help.ts";
import { type Io, processIo } from "lib/cli/io.ts";
import { messageOf, Problem, Problems, UsageProblem } from "lib/schema/problem.ts";

export type { Io };

/** The exit codes of every task. */
export const Exit = {
  /** Done, or in sync. */
  Ok: 0,
  /** Failed, or findings. */
  Failed: 1,
  /** Wrong words on the command line. */
  Usage: 2,
  /** A plan that is not empty. */
  Pending: 3,
} as const;
/** One of the four exit codes. */
export type Exit = typeof Exit[keyof typeof Exit];

/** The flag that every task has. */
export interface CommonFlags {
  /** Whether the result shall be JSON. */
  readonly json: boolean;
}

/** What a task is made from. */
export interface TaskDefinition<A extends z.ZodObject, F extends z.ZodObject> {
  /** As in `deno task NAME`. */
  readonly name: string;
  /** One line, in the imperative, without a full stop. */
  readonly summary: string;
  /** More for `--help`, where the summary is not enough. */
  readonly description?: string;
  /** Positional arguments in key order; an array takes the rest. Default none. */
  readonly args?: A;
  /** Flags: `dryRun` is typed `--dry-run`; each needs `.describe()`. Default none but `--json`. */
  readonly flags?: F;
  /** Example command lines, without `deno task`. */
  readonly examples?: readonly string[];
  /** Does the work. Expected failures are thrown as {@linkcode Problem}. */
  run(context: {
    readonly args: z.output<A>;
    readonly flags: z.output<F> & CommonFlags;
    readonly io: Io;
  }): Promise<Exit>;
}

/** A task that can be run with any {@linkcode Io}. */
export interface Task {
  /** As in `deno task NAME`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** The text of `--help`. */
  help(): string;
  /**
   * Parses the command line, runs, and reports expected failures on `io.err`.
   *
   * @returns The exit code; unexpected errors are thrown
   */
  main(argv: readonly string[], io: Io): Promise<Exit>;
}

const Nothing = z.strictObject({});

/** What the system says of a path that was ill chosen; its message names it. */
const PLACES = [
  Deno.errors.NotCapable,
  Deno.errors.PermissionDenied,
  Deno.errors.NotADirectory,
  Deno.errors.AlreadyExists,
];

/** Makes a task. See the module's example. */
export function defineTask<
  A extends z.ZodObject = typeof Nothing,
  F extends z.ZodObject = typeof Nothing,
>(definition: TaskDefinition<A, F>): Task {
  const args = definition.args ?? Nothing;
  const flags = (definition.flags ?? Nothing).extend({
    json: z.boolean().default(false).describe("Print the result as JSON"),
  });
  const help = () => formatHelp({ ...definition, args, flags });

  async function main(argv: readonly string[], io: Io): Promise<Exit> {
    try {
      const parsed = parseCommandLine(argv, flags);
      if (parsed.help) {
        io.out(help());
        return Exit.Ok;
      }
      return await definition.run({
        args: parsePositionals(parsed.positionals, args) as z.output<A>,
        flags: parsed.flags as z.output<F> & CommonFlags,
        io,
      });
    } catch (error) {
      if (PLACES.some((kind) => error instanceof kind)) {
        io.err(`error: ${messageOf(error)}`);
        return Exit.Failed;
      }
      if (!(error instanceof Problem)) throw error;
      const messages = error instanceof Problems ? error.messages : [error.message];
      for (const message of messages) io.err(`error: ${message}`);
      if (error instanceof UsageProblem) io.err(`See: deno task ${definition.name} --help`);
      return error.exitCode;
    }
  }

  return { name: definition.name, summary: definition.summary, help, main };
}

const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Milliseconds within which a second signal is the first: `deno task` hands on what the terminal has sent. */
const ECHO = 500;

/**
 * Runs a task as this process: real arguments, signals and exit code.
 *
 * The first SIGINT, SIGTERM or SIGHUP aborts `io.signal` so that the task can stop cleanly; a second one,
 * {@linkcode ECHO} later or more, ends the process at once. An interrupted task exits with 128 + the signal's number.
 */
export async function runTask(task: Task): Promise<never> {
  const controller = new AbortController();
  let received: keyof typeof EXIT_BY_SIGNAL | undefined;
  let since = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(name, () => {
      if (received !== undefined) {
        if (performance.now() - since < ECHO) return;
        Deno.exit(EXIT_BY_SIGNAL[name]);
      }
      [received, since] = [name, performance.now()];
      controller.abort(new Interrupted(name));
    });
  }
  const io = processIo(controller.signal);
  try {
    const code = await task.main(Deno.args, io);
    Deno.exit(received === undefined ? code : EXIT_BY_SIGNAL[received]);
  } catch (error) {
    if (received !== undefined && controller.signal.aborted) {
      io.err(`Interrupted by ${received}`);
      Deno.exit(EXIT_BY_SIGNAL[received]);
    }
    io.err(error instanceof Error ? error.stack ?? error.message : String(error));
    io.err(`This is a defect in task "${task.name}": please report it with the text above`);
    Deno.exit(Exit.Failed);
  }
}

/** The reason of `io.signal` when a signal stopped the task. */
export class Interrupted extends Problem {
  /** Tells it from other problems. */
  override readonly name = "Interrupted";

  /**
   * The reason for an abort.
   *
   * @param signal The signal's name
   */
  constructor(readonly signal: string) {
    super(`Interrupted by ${signal}`);
  }
}
