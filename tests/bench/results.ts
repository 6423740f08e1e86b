import { ROOT } from "lib/cli/root.ts";
import { writeAtomically } from "lib/schema/atomic.ts";

const FILE = `${ROOT}/tests/bench/RESULTS.md`;

/**
 * Replaces one area's section of `tests/bench/RESULTS.md` and keeps the others.
 *
 * @param area The heading: `Command line`
 * @param body Markdown below it, the command that produced the numbers included
 */
export async function recordResults(area: string, body: string): Promise<void> {
  const text = await Deno.readTextFile(FILE).catch(() => "# Measurements\n");
  const [head, ...sections] = text.split(/^(?=## )/m);
  const kept = sections.filter((section) => !section.startsWith(`## ${area}\n`));
  const all = [...kept, `## ${area}\n\n${body.trim()}\n`].sort();
  await writeAtomically(
    FILE,
    [head.trimEnd(), ...all.map((section) => section.trim())].join("\n\n") + "\n",
  );
}

/** The middle one of several measurements; the lower middle of an even number. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

/** Milliseconds that a command takes, once, to its end. */
export async function timeCommand(
  command: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<number> {
  const started = performance.now();
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
    ...options,
  }).output();
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
  return performance.now() - started;
}
