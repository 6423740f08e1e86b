import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** The releases of one of HashiCorp's programs: `vault`, `consul`; looked for once a day. */
export function hashicorpRelease(
  name: string,
  project: string,
  options: ResourceOptions = {},
): Resource {
  return defineResource(name, "hashicorp-release", { project }, options, {
    icon: "lock-check",
    check_every: "24h",
  });
}

/** The releases of Vault. */
export const vaultReleases = (name = "vault-release"): Resource => hashicorpRelease(name, "vault");
/** The releases of Consul. */
export const consulReleases = (name = "consul-release"): Resource =>
  hashicorpRelease(name, "consul");
