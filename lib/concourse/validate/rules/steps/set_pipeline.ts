import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { StepCheck } from "lib/concourse/validate/rules/steps/checker.ts";

/** A set_pipeline: it has a file. */
export const checkSetPipeline: StepCheck<"set_pipeline"> = (step, checker) =>
  checker.within(`.set_pipeline(${step.set_pipeline})`, () => {
    checker.name(step.set_pipeline, placeOf(step, "set_pipeline"));
    if (step.file === "") checker.error("no file specified", placeOf(step, "file"));
  });
