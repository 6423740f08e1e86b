import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { jobStep, type Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { resourceName, walk } from "lib/concourse/validate/decode/step_types.ts";
import {
  checkHasName,
  checkHasType,
  checkName,
  checkUnique,
  locate,
} from "lib/concourse/validate/rules/names.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/** Checks the resources: names, types, no name twice, and that each is used by a get or a put. */
export function checkResources(pipeline: Pipeline, report: Report): void {
  const seen = new Map<string, string>();
  pipeline.resources.forEach((resource, index) => {
    const path = locate("resources", index, resource.name);
    checkName(resource, path, "resources", report);
    checkUnique(resource, `resources[${index}]`, "resources", seen, report);
    checkHasName(resource, path, "resources", report);
    checkHasType(resource, path, "resources", report);
  });
  const used = new Set<string>();
  for (const job of pipeline.jobs) {
    for (const step of walk(jobStep(job))) {
      if (step.kind === "get" || step.kind === "put") used.add(resourceName(step));
    }
  }
  for (const resource of pipeline.resources) {
    if (used.has(resource.name)) continue;
    report.error("resources", `resource '${resource.name}' is not used`, placeOf(resource, "name"));
  }
}
