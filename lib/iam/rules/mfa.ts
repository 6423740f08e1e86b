import type { Rule } from "lib/iam/rule.ts";

/** `aws:MultiFactorAuthPresent` is absent with long-term keys, so comparing it with false finds nobody. */
export const mfa: Rule = {
  ids: ["BAD_PATTERN_FOR_MFA"],
  statement(statement, _policy, report) {
    for (const { operator, name, key, values, path } of statement.conditions) {
      if (name !== "aws:multifactorauthpresent" || operator.ifExists) continue;
      const plain = operator.facts?.name;
      if (plain !== "Bool" && plain !== "Null") continue;
      if (!values.some(({ text }) => text.toLowerCase() === "false")) continue;
      report({
        id: "BAD_PATTERN_FOR_MFA",
        path,
        detail: plain === "Bool"
          ? `${key} is absent without MFA, so comparing it with false misses those who have none`
          : `That ${key} exists does not say that it is true`,
      });
    }
  },
};
