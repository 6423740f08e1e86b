import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { resourceName } from "lib/concourse/validate/decode/step_types.ts";
import type { StepCheck } from "lib/concourse/validate/rules/steps/checker.ts";

/** A get: its name is its job's only one, its resource is known, its `passed` jobs have it, too. */
export const checkGet: StepCheck<"get"> = (step, checker) =>
  checker.within(`.get(${step.get})`, () => {
    checker.name(step.get, placeOf(step, "get"));
    if (checker.gets.has(step.get)) checker.error("repeated name", placeOf(step, "get"));
    checker.gets.add(step.get);
    const resource = resourceName(step);
    if (!checker.index.resources.has(resource)) {
      const key = step.resource === "" ? "get" : "resource";
      checker.error(`unknown resource '${resource}'`, placeOf(step, key));
    }
    checker.within(".passed", () => {
      const at = placeOf(step, "passed");
      for (const pattern of step.passed) {
        const jobs = checker.index.jobsMatching(pattern);
        for (const { job, resources } of jobs) {
          if (resources.has(resource)) continue;
          checker.error(`job '${job.name}' does not interact with resource '${resource}'`, at);
        }
        if (jobs.length === 0) checker.error(`no matching job(s) for '${pattern}'`, at);
      }
    });
  });
