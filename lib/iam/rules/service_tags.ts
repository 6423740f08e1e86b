import { findService } from "lib/iam/aws/data.ts";
import type { Statement } from "lib/iam/policy.ts";
import type { Rule } from "lib/iam/rule.ts";

const KEYS: Readonly<Record<string, string>> = {
  "aws:resourcetag": "aws:resourcetag/${tagkey}",
  "aws:requesttag": "aws:requesttag/${tagkey}",
};

/** Conditions on tags of services that report no tags: they never hold, or never fail. */
export const serviceTags: Rule = {
  ids: [
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
  ],
  statement(statement, _policy, report) {
    if (statement.effect === undefined) return;
    for (const { name, key, operator, path } of statement.conditions) {
      const documented = KEYS[name.split("/")[0]];
      if (documented === undefined || !name.includes("/") || operator.facts?.name === "Null") {
        continue;
      }
      const services = statement.notActions ? ["some services"] : without(statement, documented);
      if (services.length === 0) continue;
      report({
        id: `${statement.effect.toUpperCase()}_${
          statement.notActions ? "NOTACTION_" : ""
        }WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE`,
        path,
        detail: `${key} is never there for ${services.join(", ")}`,
      });
    }
  },
};

function without(statement: Statement, documented: string): string[] {
  const prefixes = new Set(statement.actions.map(({ text }) => text.split(":")[0].toLowerCase()));
  return [...prefixes].filter((prefix) => {
    const service = findService(prefix);
    return service !== undefined && !service.conditionKeys.has(documented);
  });
}
