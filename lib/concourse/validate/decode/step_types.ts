import type { Datum, MapDatum } from "lib/concourse/validate/datum.ts";
import type { Located } from "lib/concourse/validate/decode/context.ts";
import type { MaxInFlight } from "lib/concourse/validate/decode/scalars.ts";
import type { TaskConfig } from "lib/concourse/validate/decode/task.ts";

/** A step as it stands in a plan. */
export interface Step extends Located {
  /** Keys that no part of it knows, sorted. */
  readonly unknown: readonly string[];
  /** Its outermost modifier, or the core step. */
  readonly config: StepConfig;
}

/** Fetches a resource. */
export interface GetStep extends Located {
  readonly kind: "get";
  readonly get: string;
  readonly resource: string;
  readonly version: Datum | undefined;
  readonly params: MapDatum | undefined;
  readonly passed: readonly string[];
  readonly trigger: boolean;
  readonly tags: readonly string[];
  readonly timeout: string;
}
/** Pushes to a resource. */
export interface PutStep extends Located {
  readonly kind: "put";
  readonly put: string;
  readonly resource: string;
  readonly params: MapDatum | undefined;
  readonly inputs: Datum | undefined;
  readonly get_params: MapDatum | undefined;
  readonly timeout: string;
  readonly no_get: boolean;
}
/** Runs a task. */
export interface TaskStep extends Located {
  readonly kind: "task";
  readonly task: string;
  readonly privileged: boolean;
  readonly hermetic: boolean;
  readonly file: string;
  readonly config: TaskConfig | undefined;
  readonly params: ReadonlyMap<string, Datum>;
  readonly vars: MapDatum | undefined;
  readonly input_mapping: ReadonlyMap<string, string>;
  readonly output_mapping: ReadonlyMap<string, string>;
  readonly image: string;
  readonly timeout: string;
}
/** Sends a message to a prototype. */
export interface RunStep extends Located {
  readonly kind: "run";
  readonly run: string;
  readonly type: string;
  readonly params: MapDatum | undefined;
  readonly timeout: string;
}
/** Configures a pipeline. */
export interface SetPipelineStep extends Located {
  readonly kind: "set_pipeline";
  readonly set_pipeline: string;
  readonly file: string;
  readonly team: string;
  readonly vars: MapDatum | undefined;
  readonly var_files: readonly string[];
  readonly instance_vars: MapDatum | undefined;
}
/** Reads a file into a local var. */
export interface LoadVarStep extends Located {
  readonly kind: "load_var";
  readonly load_var: string;
  readonly file: string;
  readonly format: string;
}
/** Runs a step whose failure does not matter. */
export interface TryStep extends Located {
  readonly kind: "try";
  readonly try: Step;
}
/** Runs steps one after the other. */
export interface DoStep extends Located {
  readonly kind: "do";
  readonly do: readonly Step[];
  readonly tags: readonly string[];
}
/** Runs steps at once. */
export interface InParallelStep extends Located {
  readonly kind: "in_parallel";
  readonly in_parallel: { readonly steps: readonly Step[] };
}

/** Runs a step once for each combination of values. */
export interface AcrossModifier extends Located {
  readonly kind: "across";
  readonly across: readonly (Located & {
    readonly var: string;
    readonly values: Datum | undefined;
    readonly max_in_flight: MaxInFlight | undefined;
  })[];
  readonly step: StepConfig;
}
/** Runs a step until it succeeds. */
export interface AttemptsModifier extends Located {
  readonly kind: "attempts";
  readonly attempts: bigint;
  readonly step: StepConfig;
}
/** Ends a step that takes too long. */
export interface TimeoutModifier extends Located {
  readonly kind: "timeout";
  readonly timeout: string;
  readonly step: StepConfig;
}

/** The hooks of steps and jobs, in the order in which Concourse checks them. */
export const HOOKS = ["on_success", "on_failure", "on_abort", "on_error", "ensure"] as const;
/** The name of a hook. */
export type Hook = typeof HOOKS[number];

/** Runs a step after another. */
export interface HookModifier extends Located {
  readonly kind: Hook;
  readonly step: StepConfig;
  readonly hook: Step;
}

/** A modifier wraps the step that it modifies. */
export type Modifier = AcrossModifier | AttemptsModifier | TimeoutModifier | HookModifier;

/** A step's modifier or core. */
export type StepConfig =
  | GetStep
  | PutStep
  | TaskStep
  | RunStep
  | SetPipelineStep
  | LoadVarStep
  | TryStep
  | DoStep
  | InParallelStep
  | Modifier;

/** The name of the resource that a get or put uses. */
export function resourceName(step: GetStep | PutStep): string {
  return step.resource !== "" ? step.resource : step.kind === "get" ? step.get : step.put;
}

/** Visits a step and all below it, hooks included, in the order in which Concourse checks them. */
export function* walk(config: StepConfig): Generator<StepConfig> {
  yield config;
  switch (config.kind) {
    case "try":
      return yield* walk(config.try.config);
    case "do":
      for (const step of config.do) yield* walk(step.config);
      return;
    case "in_parallel":
      for (const step of config.in_parallel.steps) yield* walk(step.config);
      return;
    case "across":
    case "attempts":
    case "timeout":
      return yield* walk(config.step);
    case "on_success":
    case "on_failure":
    case "on_abort":
    case "on_error":
    case "ensure":
      yield* walk(config.step);
      yield* walk(config.hook.config);
  }
}
