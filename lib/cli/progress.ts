import type { Io } from "lib/cli/io.ts";
import { formatDuration } from "lib/cli/table.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";

/** One piece of work with a line of its own. */
export interface Step<T = unknown> {
  /** What it does, as the line shows it. */
  readonly title: string;
  /** Does it; `say` replaces the note beside the title. */
  run(say: (note: string) => void): Promise<T>;
}

/** How steps are run. */
export interface RunOptions {
  /** Start the other steps although one has failed; default false. */
  readonly keepGoing?: boolean;
}

/**
 * Runs steps, at most `concurrency` at once: a live list on a terminal, plain lines elsewhere, both
 * on stderr.
 *
 * @param steps What to do
 * @param io Where to draw
 * @param concurrency Default 1
 * @returns Each step's result, in order
 * @throws the error of the step that failed, after the steps already running have ended; a
 *   {@linkcode Problems} when several did
 */
export async function runSteps<T>(
  steps: readonly Step<T>[],
  io: Io,
  concurrency = 1,
  { keepGoing = false }: RunOptions = {},
): Promise<T[]> {
  const results: T[] = [];
  const failures: unknown[] = [];
  if (!io.isTerminal) {
    const queue = [...steps.entries()];
    const worker = async () => {
      while (queue.length > 0 && (failures.length === 0 || keepGoing) && !io.signal.aborted) {
        const [index, step] = queue.shift()!;
        const started = performance.now();
        io.err(`… ${step.title}`);
        try {
          results[index] = await step.run((note) => io.err(`  ${step.title}: ${note}`));
          io.err(`✔ ${step.title} (${formatDuration(performance.now() - started)})`);
        } catch (error) {
          io.err(`✖ ${step.title} (${formatDuration(performance.now() - started)})`);
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
    io.signal.throwIfAborted();
    throwAny(failures);
    return results;
  }
  const { Listr } = await import("listr2");
  const list = new Listr(
    steps.map((step, index) => ({
      title: step.title,
      task: async (_context: unknown, task: { output: string }) => {
        io.signal.throwIfAborted();
        try {
          results[index] = await step.run((note) => task.output = note);
        } catch (error) {
          failures.push(error);
          throw error;
        }
      },
    })),
    {
      concurrent: concurrency > 1 ? concurrency : false,
      exitOnError: !keepGoing,
      rendererOptions: { showErrorMessage: false },
      registerSignalListeners: false,
    },
  );
  try {
    await list.run();
  } catch (error) {
    if (failures.length === 0) throw error;
  }
  io.signal.throwIfAborted();
  throwAny(failures);
  return results;
}

function throwAny(failures: readonly unknown[]): void {
  if (failures.length > 1) {
    const defect = failures.find((failure) => !(failure instanceof Problem));
    if (defect !== undefined) throw defect;
    throw new Problems(
      failures.flatMap((failure) =>
        failure instanceof Problems ? failure.messages : [messageOf(failure)]
      ),
    );
  }
  if (failures.length === 1) throw failures[0];
}
