import type { Lint } from "lib/concourse/lint/lint.ts";
import { varsUsed } from "lib/concourse/lint/var_use.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { jobStep } from "lib/concourse/validate/decode/pipeline.ts";
import { walk } from "lib/concourse/validate/decode/step_types.ts";

/** A loaded var that its job does not use. */
export const unusedLocalVar: Lint = {
  id: "unused-local-var",
  severity: "warning",
  doc: "A load_var whose var its job does not use",
  *check({ pipeline }) {
    for (const job of pipeline.jobs) {
      const used = new Set<string>();
      let opaque = false;
      for (const { reference } of varsUsed(job.node)) {
        if (reference.source === ".") used.add(reference.path);
      }
      const steps = [...walk(jobStep(job))];
      // The file of a task or a pipeline may use it.
      for (const step of steps) {
        if (step.kind === "task" && !step.config) opaque = true;
      }
      if (opaque) continue;
      for (const step of steps) {
        if (step.kind !== "load_var" || used.has(step.load_var)) continue;
        yield {
          message: `local var '${step.load_var}' is loaded and not used`,
          at: placeOf(step, "load_var"),
        };
      }
    }
  },
};
