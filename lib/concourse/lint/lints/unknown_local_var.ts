import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { varsUsed } from "lib/concourse/lint/var_use.ts";
import type { Located } from "lib/concourse/validate/decode/context.ts";
import { type Job, jobStep } from "lib/concourse/validate/decode/pipeline.ts";
import { walk } from "lib/concourse/validate/decode/step_types.ts";

/** What a job declares: names of local vars, and where. */
function declared(job: Job & Located): Set<string> {
  const names = new Set<string>();
  for (const step of walk(jobStep(job))) {
    // What a get fetched, also the one that follows a put, is a var with its metadata.
    if (step.kind === "get") names.add(step.get);
    if (step.kind === "put" && !step.no_get) names.add(step.put);
    if (step.kind === "load_var") names.add(step.load_var);
    if (step.kind === "across") {
      for (const item of step.across) names.add(item.var);
    }
  }
  return names;
}

/** A local var that its job does not declare. */
export const unknownLocalVar: Lint = {
  id: "unknown-local-var",
  severity: "error",
  doc: "A ((.:var)) that no get, load_var or across of its job declares: the build fails on it",
  *check({ pipeline }) {
    for (const job of pipeline.jobs) {
      const names = declared(job);
      for (const { reference, text, at } of varsUsed(job.node)) {
        if (reference.source !== "." || names.has(reference.path)) continue;
        const hint = didYouMean(reference.path, names);
        yield { message: `((${text})): job '${job.name}' has no such local var${hint}`, at };
      }
    }
  },
};
