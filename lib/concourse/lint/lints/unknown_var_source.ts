import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { sourceNames, varsUsed } from "lib/concourse/lint/var_use.ts";

/** A var of a source that the pipeline does not have. */
export const unknownVarSource: Lint = {
  id: "unknown-var-source",
  severity: "error",
  doc: "A ((source:var)) whose source the pipeline does not have: builds fail on it",
  *check({ filled }) {
    const sources = sourceNames(filled);
    for (const { reference: { source }, text, at } of varsUsed(filled)) {
      if (source === "" || source === "." || sources.has(source)) continue;
      yield { message: `((${text})): no var source '${source}'${didYouMean(source, sources)}`, at };
    }
  },
};
