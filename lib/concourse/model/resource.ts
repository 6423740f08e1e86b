import { z } from "zod";
import { Config, Tags, Version } from "./config.ts";
import { CheckEvery, Duration } from "./duration.ts";
import { Identifier } from "./identifier.ts";

/** Something outside that has versions. @see https://concourse-ci.org/docs/resources/ */
export const Resource = z.strictObject({
  name: Identifier,
  /** A resource type of the pipeline, or one that the workers have. */
  type: Identifier,
  source: Config,
  /** The name it had: its versions are taken over. */
  old_name: Identifier.optional(),
  /** An icon of Material Design by name, for the web interface. @see https://pictogrammers.com/library/mdi/ */
  icon: z.string().optional(),
  /** Pins the version. */
  version: Version.optional(),
  /** Default `1m`. */
  check_every: CheckEvery.optional(),
  /** Default `1h`. */
  check_timeout: Duration.optional(),
  /** Whether anyone may see its versions; default false. */
  public: z.boolean().optional(),
  /** A webhook with this token makes Concourse look for versions. */
  webhook_token: z.string().optional(),
  /** Whether who started a build is told to the resource; default false. */
  expose_build_created_by: z.boolean().optional(),
  tags: Tags.optional(),
});
/** See the schema of this name. */
export type Resource = z.infer<typeof Resource>;
