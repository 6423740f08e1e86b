import { z } from "zod";
import { Identifier } from "./identifier.ts";

/** A tab of the web interface; once there is one, every job has to be in one. @see https://concourse-ci.org/docs/pipelines/groups/ */
export const Group = z.strictObject({
  name: Identifier,
  /** Names or globs: `build-*`, `{deploy,preview}-*`. */
  jobs: z.array(z.string()).readonly().optional(),
  resources: z.array(Identifier).readonly().optional(),
});
/** See the schema of this name. */
export type Group = z.infer<typeof Group>;
