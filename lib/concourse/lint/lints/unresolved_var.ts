import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { namesGiven, sourceNames, varsUsed } from "lib/concourse/lint/var_use.ts";

/** A var that nothing given here has: the server's credential manager must. */
export const unresolvedVar: Lint = {
  id: "unresolved-var",
  severity: "info",
  doc: "A ((var)) without a value here: the server's credential manager has to know it",
  *check({ filled, vars }) {
    const given = vars.flatMap(namesGiven);
    for (const { reference, text, at } of varsUsed(filled)) {
      if (reference.source !== "") continue;
      yield { message: `((${text})) has no value here${didYouMean(reference.path, given)}`, at };
    }
  },
};

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
