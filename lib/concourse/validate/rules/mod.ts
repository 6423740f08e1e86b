import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { checkCycle } from "lib/concourse/validate/rules/cycle.ts";
import { checkDisplay } from "lib/concourse/validate/rules/display.ts";
import { checkGroups } from "lib/concourse/validate/rules/groups.ts";
import { checkJobs } from "lib/concourse/validate/rules/jobs.ts";
import { PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";
import { checkResourceTypes } from "lib/concourse/validate/rules/resource_types.ts";
import { checkVarSources } from "lib/concourse/validate/rules/var_sources/var_sources.ts";
import { checkResources } from "lib/concourse/validate/rules/resources.ts";

/**
 * Applies every rule of Concourse, in its order.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/configvalidate/validate.go}
 */
export function checkPipeline(pipeline: Pipeline, report: Report): void {
  const index = new PipelineIndex(pipeline);
  checkGroups(pipeline, report);
  checkResources(pipeline, report);
  checkResourceTypes(pipeline, report);
  checkVarSources(pipeline, report);
  checkJobs(index, report);
  checkDisplay(pipeline, report);
  checkCycle(index, report);
}
