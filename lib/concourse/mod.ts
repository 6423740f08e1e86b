/**
 * Concourse pipelines in its own terms: types for what can be written, and functions for what is usual.
 *
 * ```ts ignore
 * export default definePipeline(toPipeline([{
 *   resources: [gitRepo("code", { uri: "https://example.org/code" })],
 *   jobs: [{ name: "test", plan: [{ get: "code", trigger: true }, …] }],
 * }]));
 * ```
 *
 * @module
 */
export * from "./credentials.ts";
export { definePipeline } from "./definitions.ts";
export * from "./fragment.ts";
export * from "./groups.ts";
export * from "./jobs/mod.ts";
export type * from "./model/mod.ts";
export * from "./notifications.ts";
export * from "./resource_types.ts";
export * from "./resources/mod.ts";
export * from "./steps.ts";
export * from "./tasks/mod.ts";
