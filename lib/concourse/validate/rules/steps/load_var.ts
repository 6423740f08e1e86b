import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { StepCheck } from "lib/concourse/validate/rules/steps/checker.ts";

/** A load_var: its name is new, and it has a file. */
export const checkLoadVar: StepCheck<"load_var"> = (step, checker) =>
  checker.within(`.load_var(${step.load_var})`, () => {
    checker.name(step.load_var, placeOf(step, "load_var"));
    checker.declare(step.load_var, placeOf(step, "load_var"));
    if (step.file === "") checker.error("no file specified", placeOf(step, "file"));
  });
