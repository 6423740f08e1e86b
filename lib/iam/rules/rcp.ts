import { rcpServices } from "lib/iam/aws/data.ts";
import type { Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/**
 * Resource control policies: they deny, for a few services, and must not stop AWS services that act for
 * an account.
 *
 * @see {@link https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html}
 */
export const rcp: Rule = {
  ids: [
    "RCP_SYNTAX_ERROR_ALLOW",
    "RCP_SYNTAX_ERROR_NOTACTION",
    "RCP_SYNTAX_ERROR_ACTION",
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
  ],
  statement(statement, { type }, report) {
    if (type !== "rcp") return;
    if (statement.effect === "Allow") {
      report({
        id: "RCP_SYNTAX_ERROR_ALLOW",
        path: [...statement.path, "Effect"],
        detail: "A resource control policy cannot allow",
      });
    }
    if (statement.notActions) {
      report({
        id: "RCP_SYNTAX_ERROR_NOTACTION",
        path: [...statement.path, "NotAction"],
        detail: "A resource control policy has no NotAction",
      });
    }
    for (const { text, path } of statement.actions) {
      const prefix = text.split(":")[0].toLowerCase();
      if (text !== "*" && rcpServices().has(prefix)) continue;
      report({
        id: "RCP_SYNTAX_ERROR_ACTION",
        path,
        detail: text === "*"
          ? 'A policy of one\'s own cannot deny "*": name the services'
          : `Resource control policies do not cover ${prefix}`,
        actions: [text],
      });
    }
    if (statement.effect === "Deny") checkConditions(statement, report);
  },
};

function checkConditions(statement: Statement, report: Report): void {
  const has = (pattern: RegExp) => statement.conditions.some(({ name }) => pattern.test(name));
  const find = (pattern: RegExp) =>
    statement.conditions.find(({ name, operator }) =>
      pattern.test(name) && operator.facts?.negated
    );
  const byPrincipal = find(/^aws:principal(orgid|orgpaths|account|arn)$/);
  const bySource = find(/^aws:source(orgid|orgpaths|account|arn)$/);
  if (byPrincipal && !has(/^aws:principal(isawsservice|servicename|servicenameslist)$/)) {
    report({
      id: "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
      path: byPrincipal.path,
      detail: `${byPrincipal.key} is absent when an AWS service calls for itself: it is denied too`,
    });
  }
  if (!bySource) return;
  if (!has(/^aws:principal(isawsservice|servicename|servicenameslist)$/)) {
    report({
      id: "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
      path: bySource.path,
      detail: `${bySource.key} is there only when an AWS service calls: everyone else is denied`,
    });
  }
  const checksNull = statement.conditions.some(({ name, operator }) =>
    operator.facts?.name === "Null" && /^aws:source(account|arn|orgid|orgpaths)$/.test(name)
  );
  if (!checksNull && !bySource.operator.ifExists) {
    report({
      id: "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
      path: bySource.path,
      detail: `Services that send no ${bySource.key} are denied`,
    });
  }
}
