import { findKey, isProviderKey } from "lib/iam/condition_keys.ts";
import type { Rule } from "lib/iam/rule.ts";

/** Set operators: needed for keys of several values, a trap for keys of one. */
export const qualifier: Rule = {
  ids: ["MISSING_QUALIFIER", "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE"],
  statement(statement, _policy, report) {
    for (const { operator, key, name, path } of statement.conditions) {
      if (operator.facts === undefined || operator.facts.name === "Null") continue;
      const known = findKey(name);
      if (known === undefined || isProviderKey(name) || name.startsWith("saml:")) continue;
      const isMulti = known.type.startsWith("ArrayOf");
      if (isMulti && operator.qualifier === undefined) {
        report({
          id: "MISSING_QUALIFIER",
          path,
          detail:
            `${key} has several values: ${operator.text} does not say whether all or any of them count`,
        });
      } else if (!isMulti && operator.qualifier !== undefined) {
        report({
          id: "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE",
          code: operator.qualifier === "ForAllValues"
            ? "FORALLVALUES_WITH_SINGLE_VALUED_KEY"
            : undefined,
          path,
          detail: operator.qualifier === "ForAllValues"
            ? `${key} has one value, and ForAllValues holds when it is absent`
            : `${key} has one value: ForAnyValue means nothing`,
        });
      }
    }
  },
};
