import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { namesGiven, varsUsed } from "lib/concourse/lint/var_use.ts";

/** A var that nothing given here has: the server's credential manager must. */
export const unresolvedVar: Lint = {
  id: "unresolved-var",
  severity: "info",
  doc: "A ((var)) without a value here: the server's credential manager has to know it",
  *check({ filled, vars }) {
    const given = vars.flatMap(namesGiven);
    const open = Map.groupBy(
      varsUsed(filled).filter(({ reference }) => reference.source === ""),
      ({ text }) => text,
    );
    for (const [text, [{ reference, at }, ...more]] of open) {
      const places = more.length > 0 ? `, used in ${more.length + 1} places,` : "";
      yield {
        message: `((${text}))${places} has no value here${didYouMean(reference.path, given)}`,
        at,
      };
    }
  },
};
