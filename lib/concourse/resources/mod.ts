/**
 * Resources, one function a type: what it has to be told is an argument, what is usual is the default.
 *
 * @module
 */
export * from "./amazon_ami.ts";
export type { ResourceOptions } from "./define.ts";
export * from "./fastly.ts";
export * from "./git.ts";
export * from "./github.ts";
export * from "./hashicorp_release.ts";
export * from "./packer.ts";
export * from "./pulumi_provisioner.ts";
export * from "./pypi.ts";
export * from "./registry_image.ts";
export * from "./release.ts";
export * from "./s3_object.ts";
export * from "./schedule.ts";
export * from "./semver.ts";
export * from "./slack.ts";
