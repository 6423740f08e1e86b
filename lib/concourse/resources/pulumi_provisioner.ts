import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** A project of a repository that has its own Pulumi programs. */
export interface PulumiProvisionerOptions extends ResourceOptions {
  /** The project's name. */
  readonly project_name: string;
  /** The project's folder within the workspace. */
  readonly source_dir: string;
  /** How many changes the summary lists; 0 is all. Default the resource's own. */
  readonly max_carried_changes?: number;
}

/** Deploys by a put. This repository's own stacks are deployed by a task: see {@linkcode pulumiJobsChain}. */
export function pulumiProvisioner(name: string, options: PulumiProvisionerOptions): Resource {
  const { project_name, source_dir, max_carried_changes } = options;
  return defineResource(
    name,
    "pulumi-provisioner",
    { action: "update", project_name, source_dir, max_carried_changes },
    options,
    { icon: "cloud-braces" },
  );
}
