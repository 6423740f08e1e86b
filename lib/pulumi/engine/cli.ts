import { kill } from "lib/cli/exec.ts";
import { Problem } from "lib/schema/problem.ts";

/** One run of the Pulumi CLI. */
export interface CliRun {
  readonly pulumi: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets stdout and stderr; secrets are masked by the CLI. */
  readonly logFile: string;
  /** Aborting sends SIGINT once, which cancels cleanly; again after {@linkcode ESCALATION}. */
  readonly signal?: AbortSignal;
}

/** Milliseconds after which a cancelled CLI gets its second SIGINT, which terminates. */
const ESCALATION = 60_000;

/**
 * Runs the CLI to its end, in a session of its own and with its output in a file: it survives the end of
 * this process and releases its lock.
 *
 * @returns Its exit code
 * @throws {Problem} when it cannot be started
 */
export async function runCli(run: CliRun): Promise<number> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("/bin/sh", {
      args: [
        "-c",
        'log=$1; shift; exec "$@" >"$log" 2>&1',
        "sh",
        run.logFile,
        run.pulumi,
        ...run.args,
      ],
      cwd: run.cwd,
      env: { ...run.env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
  } catch (error) {
    throw new Problem(`Cannot start ${run.pulumi}: ${(error as Error).message}`, { cause: error });
  }
  let escalation: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    kill(child, "SIGINT");
    escalation = setTimeout(() => kill(child, "SIGINT"), ESCALATION);
  };
  if (run.signal?.aborted) cancel();
  run.signal?.addEventListener("abort", cancel, { once: true });
  try {
    return (await child.status).code;
  } finally {
    clearTimeout(escalation);
    run.signal?.removeEventListener("abort", cancel);
  }
}

/** What the CLI's exit codes mean. @see https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/cmd/exit_codes.go */
export const CliExit = {
  Ok: 0,
  Failed: 1,
  Configuration: 2,
  Authentication: 3,
  NoStack: 6,
  UnexpectedChanges: 7,
  Cancelled: 8,
} as const;
