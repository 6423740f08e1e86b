import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** A package on PyPI, to follow and to publish; looked for once a day. */
export function pypi(
  name: string,
  options: ResourceOptions & {
    /** The package's name. */
    readonly package: string;
    /** Default the organization's account. */
    readonly credentials?: { readonly username: string; readonly password: string };
  },
): Resource {
  const repository = options.credentials ?? CREDENTIALS.pypi;
  const source = { name: options.package, packaging: "any", repository };
  return defineResource(name, "pypi", source, options, {
    icon: "language-python",
    check_every: "24h",
  });
}
