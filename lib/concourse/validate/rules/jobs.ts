import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { jobStep } from "lib/concourse/validate/decode/pipeline.ts";
import {
  checkHasName,
  checkName,
  checkUnique,
  locate,
} from "lib/concourse/validate/rules/names.ts";
import type { PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";
import { checkRetention } from "lib/concourse/validate/rules/retention.ts";
import { StepChecker } from "lib/concourse/validate/rules/steps/checker.ts";
import { checkConfig } from "lib/concourse/validate/rules/steps/step.ts";

/** Checks the jobs: that there is one, their names, how long they keep logs, and their steps. */
export function checkJobs(index: PipelineIndex, report: Report): void {
  const { pipeline } = index;
  if (pipeline.jobs.length === 0) {
    const message = "jobs: pipeline must contain at least one job";
    return report.error("jobs", message, placeOf(pipeline, "jobs"));
  }
  const seen = new Map<string, string>();
  pipeline.jobs.forEach((job, number) => {
    const path = locate("jobs", number, job.name);
    checkName(job, path, "jobs", report);
    checkUnique(job, `jobs[${number}]`, "jobs", seen, report);
    checkHasName(job, path, "jobs", report);
    checkRetention(job, path, report);
    checkConfig(jobStep(job), new StepChecker(index, report, path));
  });
}
