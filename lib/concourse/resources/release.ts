import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, present, type ResourceOptions } from "./define.ts";
import { accessOf, type GithubAccess } from "./github.ts";

/** How an application is released. @see https://github.com/mitodl/ol-concourse/tree/main/resources/release */
export interface ReleaseOptions extends ResourceOptions {
  /** `https://…` or `git@…`. */
  readonly uri: string;
  /** Default `main`. */
  readonly branch?: string;
  /** `owner/repository`, where the URI does not tell. */
  readonly repository?: string;
  /** As whom it speaks to GitHub. */
  readonly access: GithubAccess;
  /** PEM of the SSH key that pushes; not with `https://`. */
  readonly private_key?: string;
  /** The name in commits; default upstream's. */
  readonly git_user_name?: string;
  /** The address in commits; default upstream's. */
  readonly git_user_email?: string;
  /** Default: no changelog is kept. */
  readonly changelog_style?: "cumulative" | "per_release";
}

/** Release branches, tags and checklists of an application; told by webhook, never looked for. */
export function releaseResource(name: string, options: ReleaseOptions): Resource {
  const { uri, branch = "main", repository, access, private_key, changelog_style } = options;
  const { git_user_name, git_user_email } = options;
  return defineResource(
    name,
    "release",
    present({
      uri,
      branch,
      repository,
      ...accessOf(access),
      private_key,
      git_user_name,
      git_user_email,
      changelog_style,
    }),
    options,
    { icon: "tag", check_every: "never" },
  );
}
