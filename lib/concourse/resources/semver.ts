import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** Where a version number is kept: a file of a repository, or an object. @see https://github.com/concourse/semver-resource */
export type SemverOptions =
  & ResourceOptions
  & { /** Default `0.0.0`. */ readonly initial_version?: string }
  & (
    | {
      readonly driver: "git";
      readonly uri: string;
      readonly branch: string;
      /** The file's path. */
      readonly file: string;
      readonly private_key?: string;
      readonly username?: string;
      readonly password?: string;
      /** `Name <address>` of the commits. */
      readonly git_user?: string;
      readonly commit_message?: string;
    }
    | {
      readonly driver: "s3";
      readonly bucket: string;
      readonly key: string;
      readonly region_name?: string;
      readonly access_key_id?: string;
      readonly secret_access_key?: string;
    }
  );

/** A version number that builds raise. */
export function semver(name: string, options: SemverOptions): Resource {
  const initial_version = options.initial_version ?? "0.0.0";
  if (options.driver === "git") {
    const { driver, uri, branch, file, private_key, username, password } = options;
    const { git_user, commit_message } = options;
    const source = { driver, initial_version, uri, branch, file, private_key, username, password };
    return defineResource(name, "semver", { ...source, git_user, commit_message }, options, {
      icon: "tag",
    });
  }
  const { driver, bucket, key, region_name, access_key_id, secret_access_key } = options;
  const source = { driver, initial_version, bucket, key, region_name };
  return defineResource(
    name,
    "semver",
    { ...source, access_key_id, secret_access_key },
    options,
    { icon: "tag" },
  );
}
