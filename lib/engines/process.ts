import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Problem } from "lib/schema/problem.ts";

/** How to run a build. */
export interface BuildOptions {
  /** Working directory. */
  readonly cwd: string;
  /** On top of this process's environment. */
  readonly env?: Record<string, string>;
  /** Stops the build and everything that it started. */
  readonly signal?: AbortSignal;
  /** Told each line of output, stdout and stderr alike. */
  readonly onLine?: (line: string) => void;
}

/** How long an aborted build may take to end by itself, in milliseconds. */
const GRACE = 3000;

/**
 * Runs a build tool in a process group of its own, so that its compilers end with it.
 *
 * @param command Looked up on `PATH`
 * @returns When it has succeeded and its whole group is gone
 * @throws {Deno.errors.NotFound} when there is no such command
 * @throws {Problem} with the end of its output when it fails
 */
export async function runBuild(
  command: string,
  args: readonly string[],
  options: BuildOptions,
): Promise<void> {
  const { cwd, env, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  let killer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    killGroup(child.pid, "SIGTERM");
    killer = setTimeout(() => killGroup(child.pid, "SIGKILL"), GRACE);
  };
  signal?.addEventListener("abort", stop, { once: true });
  const tail: string[] = [];
  const read = async (stream: ReadableStream<Uint8Array>) => {
    // deno-lint-ignore no-explicit-any -- node's and the web's stream types do not agree
    for await (const line of createInterface({ input: Readable.fromWeb(stream as any) })) {
      onLine?.(line);
      tail.push(line);
      if (tail.length > 20) tail.shift();
    }
  };
  try {
    const [status] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
    signal?.throwIfAborted();
    if (!status.success) {
      const words = [command, ...args.slice(0, 2)].join(" ");
      throw new Problem(`${words} failed with exit code ${status.code}: ${tail.join("\n")}`);
    }
  } finally {
    clearTimeout(killer);
    signal?.removeEventListener("abort", stop);
    killGroup(child.pid, "SIGKILL");
  }
}

function killGroup(leader: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-leader, signal);
  } catch (error) {
    // ESRCH: the whole group is gone, which is what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(String(error))) throw error;
  }
}
