import type { Io } from "lib/cli/io.ts";
import { formatDuration } from "lib/cli/table.ts";

/** One piece of work with a line of its own. */
export interface Step<T = unknown> {
  /** What it does, as the line shows it. */
  readonly title: string;
  /** Does it; `say` replaces the note beside the title. */
  run(say: (note: string) => void): Promise<T>;
}

/**
 * Runs steps, at most `concurrency` at once: a live list on a terminal, plain lines elsewhere, both
 * on stderr.
 *
 * @param steps What to do
 * @param io Where to draw
 * @param concurrency Default 1
 * @returns Each step's result, in order
 * @throws the first error, after the steps already running have ended
 */
export async function runSteps<T>(
  steps: readonly Step<T>[],
  io: Io,
  concurrency = 1,
): Promise<T[]> {
  const results: T[] = [];
  if (!io.isTerminal) {
    const queue = [...steps.entries()];
    let failure: { error: unknown } | undefined;
    const worker = async () => {
      for (let next = queue.shift(); next && !failure; next = queue.shift()) {
        const [index, step] = next;
        const started = performance.now();
        io.err(`… ${step.title}`);
        try {
          results[index] = await step.run((note) => io.err(`  ${step.title}: ${note}`));
          io.err(`✔ ${step.title} (${formatDuration(performance.now() - started)})`);
        } catch (error) {
          io.err(`✖ ${step.title} (${formatDuration(performance.now() - started)})`);
          failure ??= { error };
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
    if (failure) throw failure.error;
    return results;
  }
  const { Listr } = await import("listr2");
  const list = new Listr(
    steps.map((step, index) => ({
      title: step.title,
      task: async (_context: unknown, task: { output: string }) => {
        results[index] = await step.run((note) => task.output = note);
      },
    })),
    {
      concurrent: concurrency > 1 ? concurrency : false,
      exitOnError: true,
      rendererOptions: { showErrorMessage: false },
      registerSignalListeners: false,
    },
  );
  await list.run();
  return results;
}
