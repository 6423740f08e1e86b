import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** What a git resource follows. @see https://github.com/concourse/git-resource */
export interface GitOptions extends ResourceOptions {
  /** `https://…` or `git@…`. */
  readonly uri: string;
  /** Default `main`. */
  readonly branch?: string;
  /** Only commits that touch one of these trigger; default all. */
  readonly paths?: readonly string[];
  /** Commits that touch only these do not trigger. */
  readonly ignore_paths?: readonly string[];
  /** Follows tags that this regular expression fits, in place of commits. */
  readonly tag_regex?: string;
  /** How many commits the first check emits; default one. */
  readonly version_depth?: number;
  /** For repositories over HTTPS that are private or pushed to. */
  readonly username?: string;
  /** Goes with `username`: a var. */
  readonly password?: string;
  /** PEM of an SSH key: see {@linkcode sshGitRepo}. */
  readonly private_key?: string;
}

/** A git repository. */
export function gitRepo(name: string, options: GitOptions): Resource {
  const { uri, branch = "main", paths, ignore_paths, tag_regex, version_depth } = options;
  const { username, password, private_key } = options;
  return defineResource(
    name,
    "git",
    {
      uri,
      branch,
      paths,
      ignore_paths,
      tag_regex,
      ...(tag_regex === undefined ? {} : { fetch_tags: true }),
      version_depth,
      username,
      password,
      private_key,
    },
    options,
    { icon: "git", check_every: "1m" },
  );
}

/**
 * A git repository over SSH, which can be pushed to.
 *
 * @param options.private_key A var that holds the key's PEM
 */
export function sshGitRepo(
  name: string,
  options: Omit<GitOptions, "username" | "password"> & { readonly private_key: string },
): Resource {
  return gitRepo(name, options);
}
