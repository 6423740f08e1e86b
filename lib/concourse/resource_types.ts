import { RESOURCE_TYPES } from "lib/versions.ts";
import type { ResourceType } from "lib/concourse/model/mod.ts";

/** A resource type that `lib/versions.ts` pins. */
export type PinnedResourceType = keyof typeof RESOURCE_TYPES;

/**
 * A resource type that `lib/versions.ts` pins; looked for once a day, as a tag rarely moves.
 *
 * @param options Anything else that a resource type takes: `defaults`, `privileged`, …
 */
export function resourceType(
  name: PinnedResourceType,
  options: Partial<Omit<ResourceType, "name" | "type" | "source">> = {},
): ResourceType {
  return {
    name,
    type: "registry-image",
    check_every: "24h",
    ...options,
    source: { ...RESOURCE_TYPES[name] },
  };
}

/** Whether `lib/versions.ts` pins a type of this name. */
export function isPinned(name: string): name is PinnedResourceType {
  return Object.hasOwn(RESOURCE_TYPES, name);
}
