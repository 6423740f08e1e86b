import type { Lint } from "lib/concourse/lint/lint.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { IndexedJob } from "lib/concourse/validate/rules/pipeline_index.ts";

/** A job that neither a version nor a person can start. */
export const unreachableJob: Lint = {
  id: "unreachable-job",
  severity: "warning",
  doc:
    "A job that cannot start: no get triggers it and it may not be triggered by hand, or it waits for such a job",
  *check({ index }) {
    const dead = new Map<IndexedJob, string>();
    const live = (job: IndexedJob) => !dead.has(job);
    for (const indexed of index.jobs) {
      const { job, gets } = indexed;
      if (job.disable_manual_trigger && !gets.some((get) => get.trigger)) {
        dead.set(indexed, "no get triggers it and disable_manual_trigger is set");
      }
    }
    for (let grown = dead.size > 0; grown;) {
      grown = false;
      for (const indexed of index.jobs.filter(live)) {
        for (const get of indexed.gets) {
          const names = get.passed.map((pattern) => index.jobsMatching(pattern));
          const stuck = names.find((jobs) => jobs.length > 0 && !jobs.some(live));
          if (!stuck || !live(indexed)) continue;
          dead.set(indexed, `'${get.get}' has to pass '${stuck[0].job.name}', which cannot start`);
          grown = true;
        }
      }
    }
    for (const [{ job }, reason] of dead) {
      yield { message: `job '${job.name}' cannot start: ${reason}`, at: placeOf(job, "name") };
    }
  },
};
