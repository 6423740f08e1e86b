import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** A service of Fastly, by its id or by one of its domains. */
export type FastlyOptions =
  & ResourceOptions
  & { /** Default the organization's token. */ readonly api_token?: string }
  & ({ readonly service_id: string } | { readonly domain: string });

/** Purges a service's cache by a put, and follows its configuration. */
export function fastlyService(name: string, options: FastlyOptions): Resource {
  const api_token = options.api_token ?? CREDENTIALS.fastly;
  const which = "service_id" in options
    ? { service_id: options.service_id }
    : { domain: options.domain };
  return defineResource(name, "fastly", { api_token, ...which }, options, {
    icon: "lightning-bolt",
    check_every: "1h",
  });
}
