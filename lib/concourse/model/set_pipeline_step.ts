import { z } from "zod";
import { Config } from "./config.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";

const Fields = z.strictObject({
  /** The pipeline's name; `self` is the one that the step is part of. */
  set_pipeline: z.string(),
  /** The pipeline as a file of an artifact. */
  file: z.string(),
  /** Default: the team that the step belongs to; only `main` may name another. */
  team: z.string().optional(),
  vars: Config.optional(),
  /** YAML files of artifacts with values for vars. */
  var_files: z.array(z.string()).readonly().optional(),
  /** Tells one instance of the pipeline from another. */
  instance_vars: Config.optional(),
});

/** Sets a pipeline; one that is no longer set is archived. @see https://concourse-ci.org/docs/steps/set-pipeline/ */
export interface SetPipelineStep extends z.infer<typeof Fields>, Modifiers {}
/** See the interface of this name. */
export const SetPipelineStep: z.ZodType<SetPipelineStep> = z.lazy(() =>
  z.strictObject({
    ...modifiers,
    ...Fields.shape,
  })
);
