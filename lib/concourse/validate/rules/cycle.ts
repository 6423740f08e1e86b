import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { IndexedJob, PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/**
 * Refuses jobs that wait for each other: the first that a search from any job meets again. Of jobs of one
 * name a search goes through the first alone, unless it begins at another.
 */
export function checkCycle(index: PipelineIndex, report: Report): void {
  const done = new Set<string>(), names = new Set<string>();
  for (const root of index.jobs) {
    const { name } = root.job;
    const met = search(root, index, new Set(), names.has(name) ? new Set() : done);
    names.add(name);
    if (!met) continue;
    return report.error(
      "jobs",
      `pipeline contains a cycle that starts at Job '${met.job.name}'`,
      placeOf(met.job, "name"),
    );
  }
}

/** Follows `passed` from a job, depth first; what is done leads to no cycle. */
function search(
  job: IndexedJob,
  index: PipelineIndex,
  open: Set<string>,
  done: Set<string>,
): IndexedJob | undefined {
  const { name } = job.job;
  if (open.has(name)) return job;
  if (open.size > 0 && done.has(name)) return undefined;
  open.add(name);
  for (const get of job.gets) {
    for (const pattern of get.passed) {
      for (const next of index.jobsMatching(pattern)) {
        const met = search(next, index, open, done);
        if (met) return met;
      }
    }
  }
  open.delete(name);
  done.add(name);
  return undefined;
}
