/**
 * Jobs that belong together, as fragments of pipelines.
 *
 * @module
 */
export type { Approval, IssueGate } from "./approval.ts";
export * from "./container.ts";
export * from "./machine_image.ts";
export * from "./packer.ts";
export { deployJobName, type PulumiChainOptions, pulumiJobsChain } from "./pulumi_chain.ts";
export { type ChainStage, stackSlug, type Stage } from "./stage.ts";
