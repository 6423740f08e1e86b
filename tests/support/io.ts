import type { Io } from "lib/cli/io.ts";
import type { Exit, Task } from "lib/cli/task.ts";

/** An `Io` that remembers what was written. */
export interface FakeIo extends Io {
  readonly stdout: string[];
  readonly stderr: string[];
}

/** A fake process: no terminal, the given environment, and `confirm` answers `answer`. */
export function fakeIo(
  options: {
    env?: Record<string, string>;
    stdin?: string;
    answer?: boolean;
    signal?: AbortSignal;
  } = {},
): FakeIo {
  const stdout: string[] = [];
  const stderr: string[] = [];
  return {
    stdout,
    stderr,
    out: (line) => stdout.push(line),
    err: (line) => stderr.push(line),
    env: (name) => options.env?.[name] || undefined,
    stdin: () => Promise.resolve(new TextEncoder().encode(options.stdin ?? "")),
    confirm: () => Promise.resolve(options.answer ?? false),
    isTerminal: false,
    color: false,
    signal: options.signal ?? new AbortController().signal,
  };
}

/** Runs a task's `main` and returns its exit code with what it wrote. */
export async function runWith(
  task: Task,
  argv: string[],
  io: FakeIo = fakeIo(),
): Promise<{ code: Exit; stdout: string; stderr: string }> {
  const code = await task.main(argv, io);
  return { code, stdout: io.stdout.join("\n"), stderr: io.stderr.join("\n") };
}
