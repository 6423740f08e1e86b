import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** Objects of a bucket: told by name, or one whose versions the bucket keeps. @see https://github.com/concourse/s3-resource */
export type S3ObjectOptions =
  & ResourceOptions
  & { readonly bucket: string; /** Default `us-east-1`. */ readonly region_name?: string }
  & (
    | {
      /** Names; the first group is the version: `app/app-(.*).tgz`. */
      readonly regexp: string;
    }
    | {
      /** The name of one object in a bucket with versions. */
      readonly versioned_file: string;
    }
  );

/** An object in S3, with the worker's own credentials. */
export function s3Object(name: string, options: S3ObjectOptions): Resource {
  const { bucket, region_name } = options;
  const which = "regexp" in options
    ? { regexp: options.regexp }
    : { versioned_file: options.versioned_file };
  return defineResource(
    name,
    "s3",
    { bucket, region_name, ...which, enable_aws_creds_provider: true },
    options,
    { icon: "bucket" },
  );
}
