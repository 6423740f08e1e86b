/**
 * Concourse's pipeline schema as types.
 *
 * @see https://concourse-ci.org/docs/
 * @module
 */

/** A name: a lower-case letter or a digit first, then letters, digits, `-`, `_` and `.`. */
export type Identifier = string;

/** Free-form configuration of a resource or a step. */
export type Config = Readonly<Record<string, unknown>>;

/** @see https://concourse-ci.org/docs/resource-types/ */
export interface ResourceType {
  readonly name: Identifier;
  readonly type: "registry-image";
  readonly source: Config;
}

/** @see https://concourse-ci.org/docs/resources/ */
export interface Resource {
  readonly name: Identifier;
  readonly type: Identifier;
  readonly source: Config;
  readonly icon?: string;
  /** A Go duration such as `1m`, or `never`. Default one minute. */
  readonly check_every?: string;
}

/** @see https://concourse-ci.org/docs/steps/get/ */
export interface GetStep {
  readonly get: Identifier;
  readonly resource?: Identifier;
  readonly passed?: readonly Identifier[];
  readonly trigger?: boolean;
  readonly params?: Config;
}

/** @see https://concourse-ci.org/docs/steps/put/ */
export interface PutStep {
  readonly put: Identifier;
  readonly resource?: Identifier;
  readonly inputs?: "all" | "detect" | readonly Identifier[];
  readonly params?: Config;
}

/** @see https://concourse-ci.org/docs/tasks/ */
export interface TaskConfig {
  readonly platform: "linux";
  readonly image_resource: { readonly type: "registry-image"; readonly source: Config };
  readonly inputs?: readonly { readonly name: Identifier }[];
  readonly outputs?: readonly { readonly name: Identifier }[];
  readonly caches?: readonly { readonly path: string }[];
  readonly params?: Readonly<Record<string, string>>;
  readonly run: { readonly path: string; readonly args?: readonly string[]; readonly dir?: string };
}

/** @see https://concourse-ci.org/docs/steps/task/ */
export interface TaskStep {
  readonly task: Identifier;
  readonly config: TaskConfig;
  readonly privileged?: boolean;
  readonly timeout?: string;
}

/** @see https://concourse-ci.org/docs/steps/in-parallel/ */
export interface InParallelStep {
  readonly in_parallel: readonly Step[];
}

/** One step of a plan. */
export type Step = GetStep | PutStep | TaskStep | InParallelStep;

/** @see https://concourse-ci.org/docs/jobs/ */
export interface Job {
  readonly name: Identifier;
  readonly plan: readonly Step[];
  /** How many builds may run at once; default unlimited. */
  readonly max_in_flight?: number;
}

/** @see https://concourse-ci.org/docs/pipelines/ */
export interface Pipeline {
  readonly resource_types?: readonly ResourceType[];
  readonly resources: readonly Resource[];
  readonly jobs: readonly Job[];
}
