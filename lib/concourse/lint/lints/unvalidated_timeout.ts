import type { Lint } from "lib/concourse/lint/lint.ts";
import { hasVar, stepsOf } from "lib/concourse/lint/steps.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { readDuration } from "lib/concourse/validate/go/duration.ts";

/** A timeout of a step or check that is no duration. */
export const unvalidatedTimeout: Lint = {
  id: "unvalidated-timeout",
  severity: "error",
  doc:
    "A timeout of a get, put, task, run or check that is no duration: Concourse sees it when it runs",
  *check({ pipeline }) {
    const fault = (text: string): string | undefined => {
      if (text === "" || hasVar(text)) return undefined;
      const duration = readDuration(text);
      return "fault" in duration ? duration.fault : undefined;
    };
    for (const resource of pipeline.resources) {
      const found = fault(resource.check_timeout);
      if (found !== undefined) {
        yield { message: `check_timeout: ${found}`, at: placeOf(resource, "check_timeout") };
      }
    }
    for (const { step } of stepsOf(pipeline)) {
      switch (step.kind) {
        case "get":
        case "put":
        case "task":
        case "run": {
          const found = fault(step.timeout);
          if (found !== undefined) {
            yield { message: `timeout: ${found}`, at: placeOf(step, "timeout") };
          }
        }
      }
    }
  },
};
