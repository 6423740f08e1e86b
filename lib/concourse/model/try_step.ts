import { z } from "zod";
import { type Modifiers, modifiers } from "./modifiers.ts";
import { Step } from "./step.ts";

/** Runs a step and goes on whatever its end. @see https://concourse-ci.org/docs/steps/try/ */
export interface TryStep extends Modifiers {
  /** The step whose failure does not matter. */
  readonly try: Step;
}
/** See the interface of this name. */
export const TryStep: z.ZodType<TryStep> = z.lazy(() =>
  z.strictObject({
    ...modifiers,
    try: z.lazy(() => Step),
  })
);
