import { readText } from "lib/schema/parse.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { CliExit, runCli } from "lib/pulumi/engine/cli.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import { readState, type StackState } from "lib/pulumi/engine/state.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";

/** A stack that is there, and whether it was made for this. */
export interface EnsuredStack {
  readonly state: StackState;
  readonly isNew: boolean;
  /** Milliseconds of the CLI's run, when there was one. */
  readonly elapsed: number;
}

/**
 * Makes a stack unless it is there.
 *
 * @throws {Problem} when it cannot be made
 */
export async function ensureStack(
  engine: Engine,
  stack: FleetStack,
  logFile: string,
): Promise<EnsuredStack> {
  const { backend } = engine;
  const there = await readState(engine, stack);
  if (there) return { state: there, isNew: false, elapsed: 0 };
  const began = performance.now();
  const provider = await backend.secretsProvider(stack);
  const code = await runCli({
    pulumi: engine.pulumi,
    args: [
      ...["stack", "init", stack.info.name, `--secrets-provider=${provider}`],
      ...["--non-interactive", "--color=never"],
    ],
    cwd: await backend.workDir(stack, {}),
    env: await backend.stateEnv(stack),
    logFile,
    signal: engine.signal,
  });
  engine.signal?.throwIfAborted();
  // Someone else may have made it in the meantime.
  const state = await readState(engine, stack);
  if (state) return { state, isNew: code === CliExit.Ok, elapsed: performance.now() - began };
  throw new Problem(`Cannot create stack ${stack.id}: ${(await readLog(logFile)).trim()}`);
}

/** Takes back a stack that was made; one that has resources meanwhile stays, as the CLI refuses it. */
export async function removeStack(
  engine: Engine,
  stack: FleetStack,
  cwd: string,
  logFile: string,
): Promise<void> {
  await runCli({
    pulumi: engine.pulumi,
    args: ["stack", "rm", stack.info.name, "--yes", "--preserve-config", "--color=never"],
    cwd,
    env: await engine.backend.stateEnv(stack),
    logFile,
  });
}

/**
 * Lets everything in a stack be destroyed.
 *
 * @throws {Problem} when the CLI fails
 */
export async function liftProtection(
  engine: Engine,
  stack: FleetStack,
  state: StackState,
  cwd: string,
  logFile: string,
): Promise<void> {
  if (state.protected.length === 0) return;
  const code = await runCli({
    pulumi: engine.pulumi,
    args: ["state", "unprotect", "--all", "--yes", "--stack", stack.info.name, "--color=never"],
    cwd,
    env: await engine.backend.stateEnv(stack),
    logFile,
    signal: engine.signal,
  });
  if (code === CliExit.Ok) return;
  throw new Problem(
    `Cannot lift the protection in ${stack.id}: ${(await readLog(logFile)).trim()}`,
  );
}

/** The text of a log of the CLI; empty when there is none. */
export async function readLog(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Problem && error.cause instanceof Deno.errors.NotFound) return "";
    return messageOf(error);
  }
}
