import { z } from "zod";
import { choose, hasKey } from "./choose.ts";
import { Config, Env, Tags } from "./config.ts";
import { ContainerLimits } from "./container_limits.ts";
import { Identifier } from "./identifier.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";
import { TaskConfig } from "./task_config.ts";

const Fields = z.strictObject({
  task: Identifier,
  /** Whether the container runs with every capability; default false. */
  privileged: z.boolean().optional(),
  /** Whether the container has no network; only under containerd. Default false. */
  hermetic: z.boolean().optional(),
  container_limits: ContainerLimits.optional(),
  /** Environment variables, over the configuration's. */
  params: Env.optional(),
  tags: Tags.optional(),
  /** The task's input → the artifact that it is. */
  input_mapping: z.record(z.string(), z.string()).readonly().optional(),
  /** The task's output → the artifact that it becomes. */
  output_mapping: z.record(z.string(), z.string()).readonly().optional(),
  /** An artifact to use as the image, before the configuration's. */
  image: Identifier.optional(),
});

const Inline = z.strictObject({ config: TaskConfig });
const FromFile = z.strictObject({
  /** The configuration as a file of an artifact: `code/ci/test.yml`. */
  file: z.string(),
  /** Values for the vars in that file. */
  vars: Config.optional(),
});

/** A task whose configuration stands in the pipeline. */
export interface InlineTaskStep extends z.infer<typeof Fields>, z.infer<typeof Inline>, Modifiers {}
/** A task whose configuration is a file of an artifact. */
export interface FileTaskStep extends z.infer<typeof Fields>, z.infer<typeof FromFile>, Modifiers {}

/** Runs a task: from a file or from a configuration, not both. @see https://concourse-ci.org/docs/steps/task/ */
export type TaskStep = InlineTaskStep | FileTaskStep;
/** See the type of this name. */
export const TaskStep: z.ZodType<TaskStep> = z.lazy(() => {
  const inline = z.strictObject({ ...modifiers, ...Fields.shape, ...Inline.shape });
  const fromFile = z.strictObject({ ...modifiers, ...Fields.shape, ...FromFile.shape });
  return choose<TaskStep>((value) => hasKey(value, "file") ? fromFile : inline, "is no task");
});
