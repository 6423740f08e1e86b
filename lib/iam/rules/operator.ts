import { OPERATORS } from "lib/iam/operators.ts";
import type { Rule } from "lib/iam/rule.ts";
import { isObject } from "lib/iam/policy.ts";
import { parseOperator } from "lib/iam/operators.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

/** Condition operators, and what may stand before and after them. */
export const operator: Rule = {
  ids: ["UNKNOWN_OPERATOR", "NULL_WITH_IF_EXISTS", "NULL_WITH_QUALIFIER"],
  statement(statement, _policy, report) {
    if (!isObject(statement.raw.Condition)) return;
    for (const [text, block] of Object.entries(statement.raw.Condition)) {
      const path = [...statement.path, "Condition", text];
      const { facts, ifExists, qualifier } = parseOperator(text);
      if (facts === undefined) {
        if (!isObject(block)) continue;
        const names = [...OPERATORS.values()].map(({ name }) => name);
        const near = nearestName(text.replace(/^[^:]*:/, "").replace(/IfExists$/i, ""), names);
        report({
          id: "UNKNOWN_OPERATOR",
          code: "INVALID_CONDITION_OPERATOR",
          path,
          detail: `"${text}" is no condition operator${near ? `: did you mean "${near}"?` : ""}`,
          nearest: near,
        });
      } else if (facts.name === "Null") {
        if (ifExists) {
          report({
            id: "NULL_WITH_IF_EXISTS",
            path,
            detail: `"${text}" is no operator: Null itself asks whether the key exists`,
            nearest: "Null",
          });
        }
        if (qualifier) {
          report({
            id: "NULL_WITH_QUALIFIER",
            path,
            detail: `${qualifier} means nothing with Null`,
            nearest: "Null",
          });
        }
      }
    }
  },
};
