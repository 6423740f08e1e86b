import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** Validates Packer templates: a put with `objective: validate`. @see https://github.com/mitodl/ol-concourse/tree/main/resources/packer */
export function packerValidator(name = "packer-validate", options: ResourceOptions = {}): Resource {
  return defineResource(name, "packer-validator", {}, options, {
    icon: "package-variant",
    check_every: "never",
  });
}

/** Builds with Packer: a put with `objective: build`; its version is the AMI's id. */
export function packerBuilder(name = "packer-build", options: ResourceOptions = {}): Resource {
  return defineResource(name, "packer-builder", {}, options, {
    icon: "package-variant-closed",
    check_every: "never",
  });
}
