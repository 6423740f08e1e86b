import { Problem } from "lib/schema/problem.ts";

/** How to run a command. */
export interface ExecOptions {
  /** Working directory; default this process's. */
  readonly cwd?: string;
  /** Environment variables on top of this process's, or instead of it with `clearEnv`. */
  readonly env?: Record<string, string>;
  /** Start from an empty environment; default false. */
  readonly clearEnv?: boolean;
  /** Bytes or text for stdin; default none. Secrets go here, never into `args`. */
  readonly stdin?: string | Uint8Array;
  /** Ends the command (SIGTERM, then SIGKILL after 5 s) when aborted. */
  readonly signal?: AbortSignal;
}

/** What a command left behind. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end and returns its exit code and output; a non-zero code is no error here.
 *
 * @throws {Problem} when the command cannot be started
 */
export async function exec(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd,
      env: options.env,
      clearEnv: options.clearEnv,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new Problem(`Cannot start ${command}: ${(error as Error).message}`, { cause: error });
  }
  let killer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    kill(child, "SIGTERM");
    killer = setTimeout(() => kill(child, "SIGKILL"), 5000);
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    const writing = options.stdin === undefined ? undefined : feed(child, options.stdin);
    const [output] = await Promise.all([child.output(), writing]);
    options.signal?.throwIfAborted();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } finally {
    clearTimeout(killer);
    options.signal?.removeEventListener("abort", stop);
  }
}

async function feed(child: Deno.ChildProcess, input: string | Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Signals a child that may already be gone. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Runs a command that has to succeed.
 *
 * @returns Its stdout
 * @throws {Problem} with the command's name, first argument, exit code and stderr
 */
export async function execOrThrow(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const result = await exec(command, args, options);
  if (result.code === 0) return result.stdout;
  const name = command.split("/").at(-1);
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-2000);
  throw new Problem(`${name} ${args[0] ?? ""} failed with exit code ${result.code}: ${said}`);
}
