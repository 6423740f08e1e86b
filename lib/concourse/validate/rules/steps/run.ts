import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { StepCheck } from "lib/concourse/validate/rules/steps/checker.ts";

/** A run: its message is an identifier, its type a known prototype. */
export const checkRun: StepCheck<"run"> = (step, checker) =>
  checker.within(`.run(${step.type}.${step.run})`, () => {
    checker.name(step.run, placeOf(step, "run"), "error");
    if (!checker.index.prototypes.has(step.type)) {
      checker.error(`unknown prototype '${step.type}'`, placeOf(step, "type"));
    }
  });
