import { z } from "zod";
import { Tags } from "./config.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";
import { Step } from "./step.ts";

/** Runs steps one after the other. @see https://concourse-ci.org/docs/steps/do/ */
export interface DoStep extends Modifiers {
  /** One after the other; the first that fails ends them. */
  readonly do: readonly Step[];
  /** Only workers with all these tags run them. */
  readonly tags?: Tags;
}
/** See the interface of this name. */
export const DoStep: z.ZodType<DoStep> = z.lazy(() =>
  z.strictObject({
    ...modifiers,
    do: z.array(z.lazy(() => Step)).readonly(),
    tags: Tags.optional(),
  })
);
