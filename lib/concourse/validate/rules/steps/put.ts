import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { resourceName } from "lib/concourse/validate/decode/step_types.ts";
import type { StepCheck } from "lib/concourse/validate/rules/steps/checker.ts";

/** A put: its resource is known. */
export const checkPut: StepCheck<"put"> = (step, checker) =>
  checker.within(`.put(${step.put})`, () => {
    checker.name(step.put, placeOf(step, "put"));
    const resource = resourceName(step);
    if (!checker.index.resources.has(resource)) {
      const key = step.resource === "" ? "put" : "resource";
      checker.error(`unknown resource '${resource}'`, placeOf(step, key));
    }
  });
