import process from "node:process";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { OfflineMonitor } from "lib/pulumi/evaluate/monitor.ts";
import type { EvaluatedResource } from "lib/pulumi/evaluate/monitor.ts";
import { withoutTraces } from "lib/pulumi/evaluate/traces.ts";
import { Deferred, needReferences } from "lib/pulumi/needs.ts";
import { runProgram, type StackRun, tagsOf } from "lib/pulumi/run_program.ts";
import {
  disconnect,
  dropDebugging,
  runInStack,
  useMonitor,
  withStore,
} from "lib/pulumi/runtime.ts";
import type { Properties } from "lib/pulumi/simulate/wire.ts";

export type { EvaluatedResource };

/** What a stack's program makes, seen without an engine. */
export interface Evaluation {
  /** In order of registration; the stack itself is first. */
  readonly resources: readonly EvaluatedResource[];
  /** The stack's outputs as wire values, secrets and unknowns marked. */
  readonly outputs: Properties;
  /** What the program warned of. */
  readonly warnings: readonly string[];
  /** The upstream outputs that it asked for: keys by the stack's full name. */
  readonly reads: Reads;
  /** Set when the program asked eagerly for what is not known yet; the lists above are then partial. */
  readonly deferred?: string;
}

/** Keys of upstream outputs by the upstream stack's full name. */
export type Reads = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Evaluates a stack's program in this process: no CLI, no network, nothing written.
 *
 * Only one evaluation at a time: an error thrown late in a program is attributed by time alone.
 *
 * @param upstream Outputs of upstream stacks by full name, as evaluated before; a stack that is neither
 * there nor in `run.unknown` has no outputs
 * @throws {Problems} with what the program threw, each once
 */
export async function evaluateStack(
  run: StackRun,
  upstream: ReadonlyMap<string, Properties> = new Map(),
): Promise<Evaluation> {
  dropDebugging();
  try {
    return await withoutTraces(() => evaluateOnce(run, upstream));
  } catch (error) {
    if (error instanceof Problem) throw error;
    // A defect in the program: run again, so that its trace says where.
    return await evaluateOnce(run, upstream);
  }
}

async function evaluateOnce(
  run: StackRun,
  upstream: ReadonlyMap<string, Properties>,
): Promise<Evaluation> {
  const { project, info } = run;
  const monitor = new OfflineMonitor({
    project: project.name,
    stack: info.name,
    ...tagsOf(run),
    declared: new Set(needReferences(project.needs, info).values()),
    upstream,
  });
  const warnings: string[] = [];
  const reads = new Map<string, Set<string>>();
  const onRead = (upstream: string, key: string) =>
    void reads.set(upstream, (reads.get(upstream) ?? new Set()).add(key));
  const errors = new Set<unknown>();
  const collect = (error: unknown) => void errors.add(error);
  process.on("unhandledRejection", collect);
  process.on("uncaughtException", collect);
  try {
    await withStore(async () => {
      const names = { project: project.name, stack: info.name, preview: true };
      useMonitor(monitor, logger(warnings, errors), names);
      try {
        await runInStack(() => runProgram({ ...run, onRead }));
      } catch (error) {
        errors.add(error);
      }
      await disconnect();
    });
    // Rejections are reported one turn after the promise that nobody awaited.
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    process.off("unhandledRejection", collect);
    process.off("uncaughtException", collect);
  }
  for (const error of errors) if (error instanceof Object) forgive(error);
  const deferred = [...errors].find((error) => error instanceof Deferred);
  if (errors.size > 0 && deferred === undefined) throw asOneError([...errors]);
  return {
    resources: monitor.resources,
    outputs: monitor.outputs,
    warnings,
    reads,
    ...(deferred ? { deferred: messageOf(deferred) } : {}),
  };
}

let forgiven: WeakSet<object> | undefined;

/** An error that was reported: a promise of the SDK's that nobody awaits may reject with it again, later. */
function forgive(error: object): void {
  if (forgiven === undefined) {
    const reported = forgiven = new WeakSet();
    addEventListener("unhandledrejection", (event) => {
      if (event.reason instanceof Object && reported.has(event.reason)) event.preventDefault();
    });
  }
  forgiven.add(error);
}

// deno-lint-ignore no-explicit-any
type Message = any;

/** The engine's side of logging: warnings and errors are collected, the rest is dropped. */
function logger(warnings: string[], errors: Set<unknown>) {
  const WARNING = 2;
  const ERROR = 3;
  return {
    log(request: Message, reply: (error: unknown, response: unknown) => void) {
      const message: string = request.getMessage();
      if (request.getSeverity() === WARNING) warnings.push(message);
      if (request.getSeverity() === ERROR) errors.add(new Problem(message));
      reply(null, {});
    },
    setRootResource: (_request: Message, reply: (error: unknown, response: unknown) => void) =>
      reply(null, {}),
    close() {},
  };
}

/** One error for all that went wrong: expected failures as problems, a defect as it is. */
function asOneError(errors: unknown[]): unknown {
  const defect = errors.find((error) => !(error instanceof Problem));
  if (defect !== undefined) return defect;
  const messages = errors.flatMap((error) =>
    error instanceof Problems ? error.messages : [messageOf(error)]
  );
  return new Problems([...new Set(messages)]);
}
