import { z } from "zod";
import { Config, Tags } from "./config.ts";
import { Identifier } from "./identifier.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";

const Fields = z.strictObject({
  /** The artifact's name, and the resource's unless `resource` says otherwise. */
  put: Identifier,
  resource: Identifier.optional(),
  params: Config.optional(),
  /** Which artifacts it may read: all (default), those that `params` mention, or these. */
  inputs: z.union([z.enum(["all", "detect"]), z.array(Identifier).readonly()]).optional(),
  /** The params of the get that follows. */
  get_params: Config.optional(),
  /** Whether nothing is fetched afterwards; default false. */
  no_get: z.boolean().optional(),
  tags: Tags.optional(),
});

/** Makes a new version of a resource. @see https://concourse-ci.org/docs/steps/put/ */
export interface PutStep extends z.infer<typeof Fields>, Modifiers {}
/** See the interface of this name. */
export const PutStep: z.ZodType<PutStep> = z.lazy(() =>
  z.strictObject({ ...modifiers, ...Fields.shape })
);
