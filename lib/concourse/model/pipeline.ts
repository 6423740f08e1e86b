import { z } from "zod";
import { Display } from "./display.ts";
import { Group } from "./group.ts";
import { Job } from "./job.ts";
import { Prototype } from "./prototype.ts";
import { Resource } from "./resource.ts";
import { ResourceType } from "./resource_type.ts";
import { VarSource } from "./var_source.ts";

/** A pipeline. @see https://concourse-ci.org/docs/pipelines/ */
export const Pipeline = z.strictObject({
  display: Display.optional(),
  groups: z.array(Group).readonly().optional(),
  var_sources: z.array(VarSource).readonly().optional(),
  resource_types: z.array(ResourceType).readonly().optional(),
  prototypes: z.array(Prototype).readonly().optional(),
  resources: z.array(Resource).readonly().optional(),
  jobs: z.array(Job).readonly(),
  /** Anything; Concourse keeps it and looks away. */
  user_data: z.unknown().optional(),
});
/** See the schema of this name. */
export type Pipeline = z.infer<typeof Pipeline>;
