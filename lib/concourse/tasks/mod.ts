/**
 * Tasks that pipelines run.
 *
 * @module
 */
export * from "./container_build.ts";
export * from "./instance_refresh.ts";
export * from "./repository.ts";
export * from "./script.ts";
export * from "./stack.ts";
