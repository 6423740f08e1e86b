import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** A container image in a registry. @see https://github.com/concourse/registry-image-resource */
export interface RegistryImageOptions extends ResourceOptions {
  /** `mitodl/xqueue-watcher`, with the registry's host unless that is Docker Hub. */
  readonly repository: string;
  /** Default `latest`, unless tags are told by version or pattern. */
  readonly tag?: string;
  /** Follows versions, newest first: `>= 1.2`. */
  readonly semver_constraint?: string;
  /** Follows tags of this regular expression. */
  readonly tag_regex?: string;
  /** With `tag_regex`: by the date of their making, not by name. */
  readonly created_at_sort?: boolean;
  /** Of versions: `alpine`. */
  readonly variant?: string;
  /** The region of a repository in ECR, for which the worker's role is used. */
  readonly aws_region?: string;
  /** Default: Docker Hub's account. `null`: none. */
  readonly credentials?: { readonly username: string; readonly password: string } | null;
}

/** An image in a registry. */
export function registryImage(name: string, options: RegistryImageOptions): Resource {
  const { repository, semver_constraint, tag_regex, created_at_sort, variant, aws_region } =
    options;
  const byPattern = semver_constraint !== undefined || tag_regex !== undefined;
  const credentials = options.credentials === undefined && aws_region === undefined
    ? CREDENTIALS.dockerhub
    : options.credentials ?? {};
  return defineResource(
    name,
    "registry-image",
    {
      repository,
      tag: options.tag ?? (byPattern ? undefined : "latest"),
      semver_constraint,
      tag_regex,
      created_at_sort,
      variant,
      aws_region,
      ...credentials,
    },
    options,
    { icon: "docker" },
  );
}
