/**
 * The parts of Pulumi's SDK that its type declarations leave out as internal, in one place, so that an
 * upgrade has one file to look at.
 *
 * @module
 */
import debuggable from "@pulumi/pulumi/runtime/debuggable.js";
import log from "@pulumi/pulumi/log/index.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import stack from "@pulumi/pulumi/runtime/stack.js";
import state from "@pulumi/pulumi/runtime/state.js";

// deno-lint-ignore no-explicit-any
type Internal = any;

/** Runs with a store of its own, so that nothing is shared with another run. */
export function withStore<T>(work: () => Promise<T>): Promise<T> {
  return (state as Internal).withLocalStorage(work);
}

/** The current run's store: settings, features, the root stack. */
export function currentStore(): Internal {
  return (state as Internal).getStore();
}

/** Makes the current store answer from a monitor and an engine in process. */
export function useMonitor(
  monitor: unknown,
  engine: unknown,
  run: { project: string; stack: string; preview: boolean },
): void {
  (settings as Internal).setMockOptions(
    monitor,
    run.project,
    run.stack,
    run.preview,
    "organization",
  );
  currentStore().settings.engine = engine;
}

/** Runs a program as the root of a stack; resolves to its outputs. */
export function runInStack(program: () => Promise<unknown>): Promise<unknown> {
  return (stack as Internal).runInPulumiStack(program);
}

/** Waits until every registration has been answered. */
export function disconnect(): Promise<void> {
  return (settings as Internal).disconnect();
}

/**
 * Takes out what the SDK does for debugging alone.
 *
 * Its debug messages hold each response in plain text, secrets included, and the CLI writes them to its
 * event log. And it takes a stack trace for every promise, which is most of the time of evaluating a
 * program.
 */
export function dropDebugging(): void {
  (log as Internal).debug = () => Promise.resolve();
  (debuggable as Internal).debuggablePromise = (promise: unknown) => promise;
}
