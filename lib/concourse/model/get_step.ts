import { z } from "zod";
import { Config, Tags, Version } from "./config.ts";
import { Identifier } from "./identifier.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";

const Fields = z.strictObject({
  /** The artifact's name, and the resource's unless `resource` says otherwise. */
  get: Identifier,
  resource: Identifier.optional(),
  /** `latest` (default), each in turn, or that one. */
  version: z.union([z.enum(["latest", "every"]), Version]).optional(),
  params: Config.optional(),
  /** Jobs, by name or glob, whose builds the version has to have passed. */
  passed: z.array(z.string()).readonly().optional(),
  /** Whether a new version starts the job; default false. */
  trigger: z.boolean().optional(),
  tags: Tags.optional(),
});

/** Fetches a version of a resource. @see https://concourse-ci.org/docs/steps/get/ */
export interface GetStep extends z.infer<typeof Fields>, Modifiers {}
/** See the interface of this name. */
export const GetStep: z.ZodType<GetStep> = z.lazy(() =>
  z.strictObject({ ...modifiers, ...Fields.shape })
);
