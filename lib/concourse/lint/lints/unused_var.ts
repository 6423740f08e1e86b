import type { Lint } from "lib/concourse/lint/lint.ts";
import { namesGiven, varsUsed } from "lib/concourse/lint/var_use.ts";

/** A given var that the pipeline does not use. */
export const unusedVar: Lint = {
  id: "unused-var",
  severity: "warning",
  doc: "A var is given and the pipeline does not use it",
  *check({ unfilled, vars }) {
    if (vars.length === 0) return;
    const used = new Set<string>();
    for (const { reference } of varsUsed(unfilled)) {
      if (reference.source === "") used.add(reference.path);
    }
    const given = new Set(vars.flatMap(namesGiven));
    for (const name of given) {
      if (used.has(name)) continue;
      yield { message: `var '${name}' is given and not used`, at: { line: 0, column: 0 } };
    }
  },
};
