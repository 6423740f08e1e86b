import { survives } from "lib/iam/effective.ts";
import type { Condition, Policy, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { actionMatches } from "lib/iam/actions.ts";
import { grants } from "lib/iam/grants.ts";
import { hasWildcard } from "lib/iam/glob.ts";

/** How a statement came to allow an action: in which element, and on what. */
function reach(statement: Statement, action: string): string | undefined {
  const key = action.toLowerCase();
  const direct = statement.actions.find(({ text }) => text.toLowerCase() === key);
  const wild = statement.actions.find(({ text }) => hasWildcard(text) && actionMatches(text, key));
  const isNot = statement.notActions !== undefined &&
    !statement.notActions.some(({ text }) => actionMatches(text, key));
  const star = statement.resources.some(({ text }) => isAnyRole(text));
  const how = direct ? "" : wild ? "STAR_IN_ACTION" : isNot ? "NOT_ACTION" : undefined;
  if (how === undefined) return undefined;
  if (statement.notResources) {
    return how === "" ? "NOT_RESOURCE" : `${how}_AND_NOT_RESOURCE`;
  }
  if (!star) return undefined;
  return how === ""
    ? "STAR_IN_RESOURCE"
    : how === "NOT_ACTION"
    ? "STAR_IN_RESOURCE_AND_NOT_ACTION"
    : "STAR_IN_ACTION_AND_RESOURCE";
}

/** `*`, or an ARN that takes in every role of an account. */
const isAnyRole = (resource: string) =>
  /^\*+$/.test(resource) || /^arn:[^:]*:(iam|\*):[^:]*:[^:]*:(\*|role\/\*)$/.test(resource);

/** Whether a condition says for which service, by a key with values that are no wildcards. */
const says = (key: string) => ({ name, operator, values }: Condition) =>
  name === key && operator.facts !== undefined && !operator.facts.negated && !operator.ifExists &&
  values.length > 0 && values.every(({ text }) => !/^\*+$/.test(text));

function check(
  statement: Statement,
  policy: Policy,
  action: string,
  key: string,
  prefix: string,
  what: string,
  report: Report,
): void {
  const how = reach(statement, action);
  if (how === undefined || statement.conditions.some(says(key))) return;
  if (!survives(policy.statements, statement, action.toLowerCase())) return;
  report({
    id: `${prefix}_WITH_${how}`,
    path: [...statement.path, statement.notResources ? "NotResource" : "Resource"],
    detail: `${action} is allowed on ${what}, for every service`,
    actions: [action],
  });
}

const WAYS = [
  "NOT_RESOURCE",
  "STAR_IN_ACTION_AND_NOT_RESOURCE",
  "NOT_ACTION_AND_NOT_RESOURCE",
  "STAR_IN_RESOURCE",
  "STAR_IN_ACTION_AND_RESOURCE",
  "STAR_IN_RESOURCE_AND_NOT_ACTION",
];

/** Passing any role to any service is as good as having any role. */
export const passRole: Rule = {
  ids: WAYS.map((way) => `PASS_ROLE_WITH_${way}`),
  statement(statement, policy, report) {
    if (statement.effect !== "Allow" || !grants(policy) || policy.type === "resource") return;
    check(
      statement,
      policy,
      "iam:PassRole",
      "iam:passedtoservice",
      "PASS_ROLE",
      "any role",
      report,
    );
  },
};

/** Creating the service-linked role of any service lets that service act in the account. */
export const serviceLinkedRole: Rule = {
  ids: WAYS.map((way) => `CREATE_SLR_WITH_${way}`),
  statement(statement, policy, report) {
    if (statement.effect !== "Allow" || !grants(policy) || policy.type === "resource") return;
    check(
      statement,
      policy,
      "iam:CreateServiceLinkedRole",
      "iam:awsservicename",
      "CREATE_SLR",
      "any service-linked role",
      report,
    );
  },
};
