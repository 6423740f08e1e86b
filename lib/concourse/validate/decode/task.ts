import type { Datum, MapDatum } from "lib/concourse/validate/datum.ts";
import type { Located } from "lib/concourse/validate/decode/context.ts";
import {
  anyMap,
  bool,
  custom,
  type Decoder,
  list,
  optional,
  struct,
  text,
  textMap,
} from "lib/concourse/validate/decode/fields.ts";
import {
  cacheTtl,
  cpuLimit,
  env,
  memoryLimit,
  tags,
} from "lib/concourse/validate/decode/scalars.ts";

/** What a container may use. */
export const containerLimits = optional(struct({ cpu: cpuLimit, memory: memoryLimit }));

/** The image that a task fetches for itself. */
export interface ImageResource {
  readonly name: string;
  readonly type: string;
  readonly source: MapDatum | undefined;
  readonly version: ReadonlyMap<string, string>;
  readonly params: MapDatum | undefined;
  readonly tags: readonly string[];
}
/** What a task runs. */
export interface TaskRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly dir: string;
  readonly user: string;
}
/** An artifact that a task reads. */
export interface TaskInput {
  readonly name: string;
  readonly path: string;
  readonly optional: boolean;
}
/** An artifact that a task makes. */
export interface TaskOutput {
  readonly name: string;
  readonly path: string;
}
/** A folder that is kept between builds. */
export interface TaskCache {
  readonly path: string;
  readonly ttl: string;
}

/** The fields of a task's config. */
export interface TaskConfigFields {
  readonly platform: string;
  readonly rootfs_uri: string;
  readonly image_resource: ImageResource & Located | undefined;
  readonly container_limits: Located | undefined;
  readonly params: ReadonlyMap<string, Datum>;
  readonly run: TaskRun & Located;
  readonly inputs: readonly (TaskInput & Located)[];
  readonly outputs: readonly (TaskOutput & Located)[];
  readonly caches: readonly (TaskCache & Located)[];
}

/**
 * A task's config.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/task.go}
 */
export interface TaskConfig extends TaskConfigFields, Located {
  /** Keys that it does not have, sorted. */
  readonly unknown: readonly string[];
}

const fields = struct<TaskConfigFields>({
  platform: text,
  rootfs_uri: text,
  image_resource: optional(struct<ImageResource>({
    name: text,
    type: text,
    source: anyMap,
    version: textMap,
    params: anyMap,
    tags,
  })),
  container_limits: containerLimits,
  params: env,
  run: struct<TaskRun>({ path: text, args: list(text), dir: text, user: text }),
  inputs: list(struct<TaskInput>({ name: text, path: text, optional: bool })),
  outputs: list(struct<TaskOutput>({ name: text, path: text })),
  caches: list(custom(struct<TaskCache>({ path: text, ttl: cacheTtl }))),
});

/** A task's config; `undefined` where there is none. */
export const taskConfig: Decoder<TaskConfig | undefined> = optional(custom<TaskConfig>({
  zero: { ...fields.zero, unknown: [] },
  decode(datum, context) {
    const unknown = datum.type === "map"
      ? [...datum.entries.keys()].filter((name) => !fields.names.includes(name)).sort()
      : [];
    return { ...fields.decode(datum, context), unknown };
  },
}));
