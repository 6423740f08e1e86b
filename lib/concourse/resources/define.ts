import type { Config, Resource } from "lib/concourse/model/mod.ts";

/** What every resource takes beside its source. */
export type ResourceOptions = Partial<Omit<Resource, "name" | "type" | "source">>;

/** The options that are the resource's own, out of all that a helper takes. */
const COMMON: readonly (keyof ResourceOptions)[] = [
  "old_name",
  "icon",
  "version",
  "check_every",
  "check_timeout",
  "public",
  "webhook_token",
  "expose_build_created_by",
  "tags",
];

/** An object without the entries that are `undefined`. */
export function present<T extends Readonly<Record<string, unknown>>>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as T;
}

/**
 * Makes a resource: nothing undefined in it, the caller's options over the type's usual ones.
 *
 * @param usual What is usual for the type: its icon, how often it is checked
 */
export function defineResource(
  name: string,
  type: string,
  source: Config,
  options: ResourceOptions,
  usual: ResourceOptions = {},
): Resource {
  const own = Object.fromEntries(
    COMMON.flatMap((key) => {
      const value = options[key] ?? usual[key];
      return value === undefined ? [] : [[key, value]];
    }),
  ) as ResourceOptions;
  return { name, type, ...own, source: present(source) };
}
