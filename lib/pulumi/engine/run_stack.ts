import { resolve } from "node:path";
import { messageOf } from "lib/schema/problem.ts";
import type { Backend } from "lib/pulumi/engine/backend.ts";
import { CliExit, runCli } from "lib/pulumi/engine/cli.ts";
import { type EngineReport, readEvents } from "lib/pulumi/engine/events.ts";
import {
  ensureStack,
  liftProtection,
  readLog,
  removeStack,
} from "lib/pulumi/engine/stack_lifecycle.ts";
import { breakDeadLocks } from "lib/pulumi/engine/locks.ts";
import { type StackHost, startStackHost } from "lib/pulumi/engine/stack_host.ts";
import { pulumiPackages } from "lib/pulumi/packages.ts";
import type { RehearsalServers } from "lib/pulumi/rehearse/rehearsal.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";

/** What can be done with a stack. */
export type StackOperation = "preview" | "up" | "destroy" | "refresh";

/** How one stack's operation ended. */
export interface StackResult {
  /** The CLI's exit code, which decides. */
  readonly code: number;
  readonly report: EngineReport;
  /** Why it failed: the program's problems, else the engine's errors, else the end of the CLI's log. */
  readonly problems: readonly string[];
  /** Set when the program has to wait for an upstream stack. */
  readonly deferred?: string;
  /** The CLI's stdout and stderr. */
  readonly logFile: string;
  /** Milliseconds: in all, and of these the CLI's own run. */
  readonly elapsed: number;
  readonly cliElapsed: number;
}

/** What every operation needs. */
export interface Engine {
  readonly root: string;
  /** The CLI's path. */
  readonly pulumi: string;
  readonly backend: Backend;
  /** Where this run's logs go. */
  readonly runDir: string;
  readonly signal?: AbortSignal;
  /** In a sandbox: real servers for part of what is simulated. */
  readonly servers?: RehearsalServers;
  /** Told what a person should know while it runs. */
  readonly narrate: (stack: string, text: string) => void;
}

/** What one stack's operation may be given. */
export interface StackOptions {
  /** What is not known yet, only for a preview: upstream stacks by full name, or `<full name>#<output>` (`*`: all). */
  readonly unknown?: readonly string[];
  /** Where a preview writes Pulumi's update plan: what `up` may then do. */
  readonly savePlan?: string;
  /** The update plan that bounds an `up`: the CLI previews against it first, and only then writes. */
  readonly plan?: string;
  /** For a destroy: lift the protection of resources first. Default false. */
  readonly unprotect?: boolean;
  /** What stands against an `up`, asked while the CLI holds the lock. Default: nothing. */
  readonly ask?: () => Promise<readonly string[]>;
  /** Resources at once. Default Pulumi's own: four for each processor. */
  readonly parallel?: number;
  /** Configuration keys in place of the file's. */
  readonly overrides?: Overrides;
}

/** How often a stack is run again after its host crashed. */
const CRASH_RETRIES = 2;

/**
 * Does one operation with one stack, through the real CLI.
 *
 * @throws {Problem} when host or CLI cannot be started
 */
export async function runStack(
  engine: Engine,
  stack: FleetStack,
  operation: StackOperation,
  options: StackOptions = {},
): Promise<StackResult> {
  const started = performance.now();
  const files = `${engine.runDir}/${stack.info.project}.${stack.info.name}`;
  await Deno.mkdir(engine.runDir, { recursive: true });
  const { state, isNew, elapsed } = await ensureStack(engine, stack, `${files}.init.log`);
  const cwd = await engine.backend.workDir(stack, state.encryption);
  for (const { owner } of await breakDeadLocks(engine.backend.stateFolder, stack.info)) {
    engine.narrate(stack.id, `the lock of ${owner}, which has ended, was removed`);
  }
  if (operation === "destroy" && options.unprotect) {
    await liftProtection(engine, stack, state, cwd, `${files}.unprotect.log`);
  }
  try {
    const result = await attempt(engine, stack, operation, options, { cwd, files });
    const cliElapsed = elapsed + result.cliElapsed;
    return { ...result, cliElapsed, elapsed: performance.now() - started };
  } finally {
    // A preview makes nothing that stays; but a plan's stack has the key that the plan is encrypted with.
    const isPassing = engine.backend.kind === "real" && operation === "preview";
    if (isNew && isPassing && options.savePlan === undefined) {
      await removeStack(engine, stack, cwd, `${files}.rm.log`);
    }
  }
}

/** The operation, again where the host crashed. */
async function attempt(
  engine: Engine,
  stack: FleetStack,
  operation: StackOperation,
  options: StackOptions,
  { cwd, files }: { cwd: string; files: string },
): Promise<Omit<StackResult, "elapsed">> {
  for (let time = 0;; time++) {
    const suffix = time === 0 ? operation : `${operation}.${time + 1}`;
    const { result, crash } = await attemptOnce(engine, stack, operation, options, {
      cwd,
      files: `${files}.${suffix}`,
    });
    if (crash === undefined || time >= CRASH_RETRIES || engine.signal?.aborted) return result;
    engine.narrate(stack.id, `runs again, as ${crash}`);
  }
}

async function attemptOnce(
  engine: Engine,
  stack: FleetStack,
  operation: StackOperation,
  options: StackOptions,
  at: { cwd: string; files: string },
): Promise<{ result: Omit<StackResult, "elapsed">; crash?: string }> {
  const isSandbox = engine.backend.kind === "sandbox";
  const runsProgram = operation === "up" || operation === "preview";
  let host: StackHost | undefined;
  if (runsProgram || isSandbox) {
    host = await startStackHost({
      root: engine.root,
      folder: stack.on.folder,
      stack: stack.info.name,
      simulate: isSandbox,
      ...(isSandbox && engine.servers ? { servers: engine.servers } : {}),
      unknown: [...options.unknown ?? []],
      overrides: { ...options.overrides },
    }, {
      logFile: `${at.files}.host.log`,
      env: {},
      note: (text) => engine.narrate(stack.id, text),
      ...(operation === "up" && options.ask ? { ask: options.ask } : {}),
    });
  }
  let crash: string | undefined;
  const eventLog = `${at.files}.events.jsonl`;
  const logFile = `${at.files}.log`;
  const began = performance.now();
  let code: number;
  try {
    await using held = await engine.backend.stackEnv(stack, engine.signal);
    code = await runCli({
      pulumi: engine.pulumi,
      args: [
        ...commandOf(operation, options, engine.servers),
        ...(options.parallel === undefined ? [] : ["--parallel", String(options.parallel)]),
        "--stack",
        stack.info.name,
        "--non-interactive",
        "--color=never",
        "--event-log",
        eventLog,
        ...(runsProgram && host
          ? [`--client=127.0.0.1:${host.port}`, "--exec-kind=auto.inline"]
          : []),
      ],
      cwd: at.cwd,
      env: {
        ...held.variables,
        ...(isSandbox && host ? { PULUMI_DEBUG_PROVIDERS: await debugProviders(host.port) } : {}),
      },
      logFile,
      signal: engine.signal,
    });
  } finally {
    crash = await host?.stop();
  }
  const cliElapsed = performance.now() - began;
  const report = readEvents(await readLog(eventLog));
  const deferred = host?.messages.find((message) => message.kind === "deferred")?.reason;
  const problems = code === CliExit.Ok || deferred
    ? []
    : await explain(host, report, logFile, engine.signal);
  return {
    result: {
      code,
      report,
      problems: crash ? [...problems, crash] : problems,
      ...(deferred ? { deferred } : {}),
      logFile,
      cliElapsed,
    },
    ...(crash && code !== CliExit.Ok ? { crash } : {}),
  };
}

/** Paths are ours; the CLI runs in the stack's folder. */
function commandOf(
  operation: StackOperation,
  { plan, savePlan }: StackOptions,
  servers?: RehearsalServers,
): string[] {
  switch (operation) {
    case "preview":
      return ["preview", ...(savePlan ? ["--save-plan", resolve(savePlan)] : [])];
    case "up":
      // Without its preview a plan that does not hold would be found out half-way.
      return [
        "up",
        "--yes",
        ...(plan ? ["--plan", resolve(plan)] : ["--skip-preview"]),
        // A throw-away server may be another than the state's.
        ...(servers ? ["--refresh"] : []),
      ];
    case "destroy":
      return ["destroy", "--yes", "--skip-preview"];
    case "refresh":
      return ["refresh", "--preview-only"];
  }
}

async function explain(
  host: StackHost | undefined,
  report: EngineReport,
  logFile: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const said = host?.messages.flatMap((message) =>
    message.kind === "failed" ? message.problems : []
  );
  if (said && said.length > 0) return [...new Set(said)];
  const errors = withoutEchoes(report.errors.filter((error) => error !== "update failed"));
  if (errors.length > 0) return errors;
  if (signal?.aborted) return [messageOf(signal.reason)];
  const lines = (await readLog(logFile)).trim().split("\n");
  const owner = lines.map((line) => /created by (.+) at (\S+)$/.exec(line)).find((match) => match);
  if (owner) {
    return [`It is locked by ${owner[1]} since ${owner[2]}: wait until that is done`];
  }
  return [lines.slice(-5).join("\n") || `The Pulumi CLI said nothing: see ${logFile}`];
}

/** A problem that surfaced while a property was resolved is told twice by the SDK: once as itself. */
function withoutEchoes(errors: readonly string[]): string[] {
  const plain = errors.map((error) => error.replace(/^Unhandled exception: Problems?: /, ""));
  return [
    ...new Set(
      plain.filter((error) => !plain.some((other) => other !== error && error.endsWith(other))),
    ),
  ];
}

async function debugProviders(port: number): Promise<string> {
  const names = (await pulumiPackages()).map(({ name }) => name);
  return names.map((name) => `${name}:${port}`).join(",");
}
