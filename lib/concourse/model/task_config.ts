import { z } from "zod";
import { Config, Env, Tags, Version } from "./config.ts";
import { ContainerLimits } from "./container_limits.ts";
import { Duration } from "./duration.ts";
import { Identifier } from "./identifier.ts";

/** The image that a task runs in. @see https://concourse-ci.org/docs/tasks/#anonymous_resource */
export const ImageResource = z.strictObject({
  /** Shown in the build; nothing refers to it. */
  name: z.string().optional(),
  /** A core resource type or one of the pipeline. */
  type: z.string(),
  source: Config,
  /** Default: the latest at the time of the build. */
  version: Version.optional(),
  params: Config.optional(),
  tags: Tags.optional(),
});
/** See the schema of this name. */
export type ImageResource = z.infer<typeof ImageResource>;

/** An artifact that a task reads. */
export const TaskInput = z.strictObject({
  name: Identifier,
  /** Where it is put, under the working directory; default its name. */
  path: z.string().optional(),
  /** Whether the task runs without it; default false. */
  optional: z.boolean().optional(),
});
/** See the schema of this name. */
export type TaskInput = z.infer<typeof TaskInput>;

/** An artifact that a task makes. */
export const TaskOutput = z.strictObject({
  name: Identifier,
  /** Where it is made, under the working directory; default its name. */
  path: z.string().optional(),
});
/** See the schema of this name. */
export type TaskOutput = z.infer<typeof TaskOutput>;

/** A folder that the next build of the same task on the same worker finds again. */
export const TaskCache = z.strictObject({
  path: z.string(),
  /** How long it is kept unused, one second or more; default for ever. */
  ttl: Duration.optional(),
});
/** See the schema of this name. */
export type TaskCache = z.infer<typeof TaskCache>;

/** What a task runs. */
export const Command = z.strictObject({
  path: z.string(),
  args: z.array(z.string()).readonly().optional(),
  /** The working directory, relative to the initial one. */
  dir: z.string().optional(),
  /** Default: the image's. */
  user: z.string().optional(),
});
/** See the schema of this name. */
export type Command = z.infer<typeof Command>;

/** A task. @see https://concourse-ci.org/docs/tasks/ */
export const TaskConfig = z.strictObject({
  /** The workers' platform: `linux`, `darwin` or `windows`. */
  platform: z.string(),
  /** Default: what the step's `image` names. */
  image_resource: ImageResource.optional(),
  rootfs_uri: z.string().optional(),
  container_limits: ContainerLimits.optional(),
  /** Environment variables and their defaults. */
  params: Env.optional(),
  inputs: z.array(TaskInput).readonly().optional(),
  outputs: z.array(TaskOutput).readonly().optional(),
  caches: z.array(TaskCache).readonly().optional(),
  run: Command,
});
/** See the schema of this name. */
export type TaskConfig = z.infer<typeof TaskConfig>;
