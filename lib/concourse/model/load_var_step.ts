import { z } from "zod";
import { Identifier } from "./identifier.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";

const Fields = z.strictObject({
  /** Read as `((.:NAME))` by the steps that follow. */
  load_var: Identifier,
  /** A file of an artifact. */
  file: z.string(),
  /** Default: by the file's extension, else `trim`. */
  format: z.enum(["json", "yaml", "yml", "trim", "raw"]).optional(),
  /** Whether the value is shown in the build; default false. */
  reveal: z.boolean().optional(),
});

/** Reads a file as a local var. @see https://concourse-ci.org/docs/steps/load-var/ */
export interface LoadVarStep extends z.infer<typeof Fields>, Modifiers {}
/** See the interface of this name. */
export const LoadVarStep: z.ZodType<LoadVarStep> = z.lazy(() =>
  z.strictObject({
    ...modifiers,
    ...Fields.shape,
  })
);
