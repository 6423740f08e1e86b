/**
 * Concourse's pipeline schema: for each concept a type and, of the same name, the zod schema that reads it.
 *
 * @see https://concourse-ci.org/docs/
 * @module
 */
export * from "./config.ts";
export * from "./container_limits.ts";
export * from "./display.ts";
export * from "./do_step.ts";
export * from "./duration.ts";
export * from "./get_step.ts";
export * from "./group.ts";
export * from "./identifier.ts";
export * from "./in_parallel_step.ts";
export * from "./job.ts";
export * from "./load_var_step.ts";
export * from "./modifiers.ts";
export * from "./pipeline.ts";
export * from "./prototype.ts";
export * from "./put_step.ts";
export * from "./resource.ts";
export * from "./resource_type.ts";
export * from "./run_step.ts";
export * from "./set_pipeline_step.ts";
export * from "./step.ts";
export * from "./task_config.ts";
export * from "./task_step.ts";
export * from "./try_step.ts";
export * from "./var_source.ts";
