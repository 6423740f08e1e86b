import { z } from "zod";
import { Config, Tags } from "./config.ts";
import { CheckEvery } from "./duration.ts";
import { Identifier } from "./identifier.ts";

/** Where the image of a type of resources comes from. @see https://concourse-ci.org/docs/resource-types/ */
export const ResourceType = z.strictObject({
  name: Identifier,
  /** The type of the resource that the image is: usually `registry-image`. */
  type: Identifier,
  source: Config,
  /** Under what its resources say in `source`. */
  defaults: Config.optional(),
  /** Whether its containers run with every capability; default false. */
  privileged: z.boolean().optional(),
  /** Default `1m`. */
  check_every: CheckEvery.optional(),
  params: Config.optional(),
  tags: Tags.optional(),
});
/** See the schema of this name. */
export type ResourceType = z.infer<typeof ResourceType>;
