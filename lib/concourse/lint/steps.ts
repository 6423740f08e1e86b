import type { Located } from "lib/concourse/validate/decode/context.ts";
import { type Job, jobStep, type Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { type StepConfig, walk } from "lib/concourse/validate/decode/step_types.ts";

/** Every step and modifier of a pipeline, with its job. */
export function* stepsOf(
  pipeline: Pipeline,
): Generator<{ readonly job: Job & Located; readonly step: StepConfig }> {
  for (const job of pipeline.jobs) {
    for (const step of walk(jobStep(job))) yield { job, step };
  }
}

/** Whether a text still holds a var. */
export function hasVar(text: string): boolean {
  return text.includes("((");
}
