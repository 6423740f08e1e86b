import type { Datum, MapDatum } from "lib/concourse/validate/datum.ts";
import type { DecodeContext, Located } from "lib/concourse/validate/decode/context.ts";
import {
  any,
  anyMap,
  bool,
  type Decoder,
  int,
  list,
  optional,
  struct,
  text,
  textMap,
} from "lib/concourse/validate/decode/fields.ts";
import { checkEvery, tags } from "lib/concourse/validate/decode/scalars.ts";
import { step } from "lib/concourse/validate/decode/step.ts";
import {
  type Hook,
  HOOKS,
  type Step,
  type StepConfig,
} from "lib/concourse/validate/decode/step_types.ts";

/** A tab of the pipeline's page. */
export interface Group {
  readonly name: string;
  readonly jobs: readonly string[];
  readonly resources: readonly string[];
}
/** Where vars come from. */
export interface VarSource {
  readonly name: string;
  readonly type: string;
  readonly config: Datum | undefined;
}
/** What versions are checked, fetched and pushed of. */
export interface Resource {
  readonly name: string;
  readonly old_name: string;
  readonly public: boolean;
  readonly webhook_token: string;
  readonly type: string;
  readonly source: MapDatum | undefined;
  readonly check_every: Datum | undefined;
  readonly check_timeout: string;
  readonly tags: readonly string[];
  readonly version: ReadonlyMap<string, string>;
  readonly icon: string;
  readonly expose_build_created_by: boolean;
}
/** A resource type or a prototype: they have the same fields. */
export interface ResourceType {
  readonly name: string;
  readonly type: string;
  readonly source: MapDatum | undefined;
  readonly defaults: MapDatum | undefined;
  readonly privileged: boolean;
  readonly check_every: Datum | undefined;
  readonly tags: readonly string[];
  readonly params: MapDatum | undefined;
}
/** How many builds' logs are kept. */
export interface BuildLogRetention {
  readonly builds: bigint;
  readonly minimum_succeeded_builds: bigint;
  readonly days: bigint;
}
/** A job. */
export interface Job extends Readonly<Record<Hook, Step | undefined>> {
  readonly name: string;
  readonly old_name: string;
  readonly public: boolean;
  readonly disable_manual_trigger: boolean;
  readonly disable_reruns: boolean;
  readonly serial: boolean;
  readonly interruptible: boolean;
  readonly serial_groups: readonly string[];
  readonly max_in_flight: bigint;
  readonly tags: readonly string[];
  readonly build_logs_to_retain: bigint;
  readonly build_log_retention: BuildLogRetention & Located | undefined;
  readonly plan: readonly Step[];
}
/** The pipeline page's looks. */
export interface Display {
  readonly background_image: string;
  readonly background_filter: string;
}
/** The sections of a pipeline. */
export interface PipelineFields {
  readonly groups: readonly (Group & Located)[];
  readonly var_sources: readonly (VarSource & Located)[];
  readonly resources: readonly (Resource & Located)[];
  readonly resource_types: readonly (ResourceType & Located)[];
  readonly prototypes: readonly (ResourceType & Located)[];
  readonly jobs: readonly (Job & Located)[];
  readonly display: Display & Located | undefined;
  readonly user_data: Datum | undefined;
}
/**
 * A pipeline as Concourse decodes it.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/config.go}
 */
export type Pipeline = PipelineFields & Located;

const resourceType = struct<ResourceType>({
  name: text,
  type: text,
  source: anyMap,
  defaults: anyMap,
  privileged: bool,
  check_every: checkEvery,
  tags,
  params: anyMap,
});

const hook: Decoder<Step | undefined> = optional(step);

const job = struct<Job>({
  name: text,
  old_name: text,
  public: bool,
  disable_manual_trigger: bool,
  disable_reruns: bool,
  serial: bool,
  interruptible: bool,
  serial_groups: list(text),
  max_in_flight: int,
  tags,
  build_logs_to_retain: int,
  build_log_retention: optional(
    struct<BuildLogRetention>({ builds: int, minimum_succeeded_builds: int, days: int }),
  ),
  on_success: hook,
  on_failure: hook,
  on_abort: hook,
  on_error: hook,
  ensure: hook,
  plan: list(step),
});

const pipeline = struct<PipelineFields>({
  groups: list(struct<Group>({ name: text, jobs: list(text), resources: list(text) })),
  var_sources: list(struct<VarSource>({ name: text, type: text, config: any })),
  resources: list(struct<Resource>({
    name: text,
    old_name: text,
    public: bool,
    webhook_token: text,
    type: text,
    source: anyMap,
    check_every: checkEvery,
    check_timeout: text,
    tags,
    version: textMap,
    icon: text,
    expose_build_created_by: bool,
  })),
  resource_types: list(resourceType),
  prototypes: list(resourceType),
  jobs: list(job),
  display: optional(struct<Display>({ background_image: text, background_filter: text })),
  user_data: any,
});

/** The top-level keys of a pipeline. */
export const SECTIONS: readonly string[] = pipeline.names;

/** Decodes a pipeline; what is wrong goes to the context. */
export function decodePipeline(datum: Datum, context: DecodeContext): Pipeline {
  return pipeline.decode(datum, context);
}

/** A job's plan as one step, wrapped in its hooks. */
export function jobStep(of: Job & Located): StepConfig {
  let config: StepConfig = { kind: "do", node: of.node, do: of.plan, tags: [] };
  for (const kind of HOOKS) {
    const hook = of[kind];
    if (hook) config = { kind, node: of.node, step: config, hook };
  }
  return config;
}
