import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** As whom a resource speaks to GitHub: a token, or an app installed there. */
export type GithubAccess =
  | { readonly access_token: string }
  | {
    readonly app_id: string;
    readonly app_installation_id: string;
    /** PEM of the app's key. */
    readonly private_ssh_key: string;
  };

/** How a source says as whom it speaks. */
export const accessOf = (access: GithubAccess) =>
  "access_token" in access
    ? { auth_method: "token", ...access }
    : { auth_method: "app", ...access };

/** Releases of a repository. @see https://github.com/concourse/github-release-resource */
export interface GithubReleaseOptions extends ResourceOptions {
  /** The repository's owner. */
  readonly owner: string;
  /** The repository's name. */
  readonly repository: string;
  /** Only tags of this regular expression. */
  readonly tag_filter?: string;
  /** Default by version. */
  readonly order_by?: "time" | "version";
  /** Whether prereleases count; default false. */
  readonly pre_release?: boolean;
  /** Default the token for public repositories. */
  readonly access_token?: string;
}

/** The releases of a repository on GitHub; looked for once a day. */
export function githubRelease(name: string, options: GithubReleaseOptions): Resource {
  const { owner, repository, tag_filter, order_by, pre_release } = options;
  return defineResource(
    name,
    "github-release",
    {
      owner,
      repository,
      release: true,
      pre_release,
      tag_filter,
      order_by,
      access_token: options.access_token ?? CREDENTIALS.githubPublic,
    },
    options,
    { icon: "github", check_every: "24h" },
  );
}

/** Issues of a repository. @see https://github.com/mitodl/ol-concourse/tree/main/resources/github-issues */
export interface GithubIssuesOptions extends ResourceOptions {
  /** `owner/repository`. */
  readonly repository: string;
  /** Only issues whose title begins so. */
  readonly issue_prefix: string;
  /** Which are versions; default `closed`. */
  readonly issue_state?: "open" | "closed";
  /** A title with `{BUILD_JOB_NAME}` and the like; default upstream's. */
  readonly issue_title_template?: string;
  /** A body of that kind. */
  readonly issue_body_template?: string;
  /** Labels of issues that it opens or waits for. */
  readonly labels?: readonly string[];
  /** Who is asked. */
  readonly assignees?: readonly string[];
  /** Closed with one of these labels, an issue is no version. */
  readonly skip_if_labeled?: readonly string[];
  /** Whether an open issue is written anew, in place of a comment; default false. */
  readonly update_in_place?: boolean;
  /** The API of an own GitHub; default github.com's. */
  readonly gh_host?: string;
  /** Default the token for issues. */
  readonly access?: GithubAccess;
}

/** Issues on GitHub, to open and to wait for. */
export function githubIssues(name: string, options: GithubIssuesOptions): Resource {
  const { repository, issue_prefix, issue_state = "closed", issue_title_template } = options;
  const { issue_body_template, labels, assignees, skip_if_labeled, update_in_place } = options;
  return defineResource(
    name,
    "github-issues",
    {
      repository,
      issue_prefix,
      issue_state,
      issue_title_template,
      issue_body_template,
      labels,
      assignees,
      skip_if_labeled,
      update_in_place,
      gh_host: options.gh_host,
      ...accessOf(options.access ?? { access_token: CREDENTIALS.githubIssues }),
    },
    options,
    { icon: "github", check_every: "60m", expose_build_created_by: true },
  );
}

/** Deployments of a repository to an environment. */
export interface GithubDeploymentOptions extends ResourceOptions {
  /** `owner/repository`. */
  readonly repository: string;
  /** `QA`, `Production`, … */
  readonly environment: string;
  /** The API of an own GitHub; default github.com's. */
  readonly gh_host?: string;
  /** Default the token for deployments. */
  readonly access?: GithubAccess;
}

/** Tells GitHub of deployments; never looked for. */
export function githubDeployment(name: string, options: GithubDeploymentOptions): Resource {
  const { repository, environment, gh_host } = options;
  return defineResource(
    name,
    "github-deployments",
    {
      repository,
      environment,
      gh_host,
      ...accessOf(options.access ?? { access_token: CREDENTIALS.githubDeployments }),
    },
    options,
    { icon: "rocket-launch", check_every: "never" },
  );
}
