import { organization } from "lib/organization.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** Which images. @see https://github.com/jdub/ami-resource */
export interface AmazonAmiOptions extends ResourceOptions {
  /** As of `aws ec2 describe-images`: `{ name: "debian-12-amd64*", owner-id: "136693071363" }`. */
  readonly filters: Readonly<Record<string, string | boolean>>;
  /** Default the one that pipelines work in. */
  readonly region?: string;
}

/** The newest machine image that fits; looked for every half hour. */
export function amazonAmi(name: string, options: AmazonAmiOptions): Resource {
  const { filters, region = organization.region } = options;
  return defineResource(name, "amazon-ami", { region, filters }, options, {
    icon: "server",
    check_every: "30m",
  });
}
