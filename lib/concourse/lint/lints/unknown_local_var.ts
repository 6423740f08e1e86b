import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint, LintHit } from "lib/concourse/lint/lint.ts";
import { varsUsed } from "lib/concourse/lint/var_use.ts";
import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";
import { type Job, jobStep } from "lib/concourse/validate/decode/pipeline.ts";
import { walk } from "lib/concourse/validate/decode/step_types.ts";

/** What a job declares: names of local vars, and where. */
function declared(job: Job & Located): Map<string, LintHit["at"]> {
  const names = new Map<string, LintHit["at"]>();
  for (const step of walk(jobStep(job))) {
    if (step.kind === "load_var") names.set(step.load_var, placeOf(step, "load_var"));
    if (step.kind === "across") {
      for (const item of step.across) names.set(item.var, placeOf(item, "var"));
    }
  }
  return names;
}

/** A local var that its job does not declare. */
export const unknownLocalVar: Lint = {
  id: "unknown-local-var",
  severity: "error",
  doc: "A ((.:var)) that no load_var or across of its job declares: the build fails on it",
  *check({ pipeline }) {
    for (const job of pipeline.jobs) {
      const names = declared(job);
      for (const { reference, text, at } of varsUsed(job.node)) {
        if (reference.source !== "." || names.has(reference.path)) continue;
        const hint = didYouMean(reference.path, names.keys());
        yield { message: `((${text})): job '${job.name}' has no such local var${hint}`, at };
      }
    }
  },
};
