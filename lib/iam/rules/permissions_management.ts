import { expandAction } from "lib/iam/actions.ts";
import { isAbout, isSelf, isUnscoped, survives } from "lib/iam/effective.ts";
import { grants } from "lib/iam/grants.ts";
import type { Severity } from "lib/iam/finding.ts";
import type { Policy, Statement } from "lib/iam/policy.ts";
import type { Rule } from "lib/iam/rule.ts";
import { CREDENTIALS_EXPOSURE, MORE_PERMISSIONS_MANAGEMENT } from "lib/iam/tables/permissions.ts";

/** The actions of a set that a statement allows, by lower-case name. */
function allowedOf(
  statement: Statement,
  policy: Policy,
  set: ReadonlyMap<string, string>,
  isMeant: (accessLevel: string) => boolean,
): string[] {
  const found = new Set<string>();
  for (const { text } of statement.actions) {
    const expansion = expandAction(text);
    if (expansion.kind === "all") {
      for (const [key, name] of set) if (isAbout(statement, key)) found.add(name);
    }
    if (expansion.kind !== "actions") continue;
    for (const { key, name, details } of expansion.actions) {
      if (set.has(key) || isMeant(details.accessLevel)) found.add(name);
    }
  }
  if (statement.notActions) {
    for (const [key, name] of set) if (isAbout(statement, key)) found.add(name);
  }
  return [...found].filter((name) => survives(policy.statements, statement, name.toLowerCase()));
}

/**
 * A grant that names its resources, or comes with a condition, is meant so more often than not; and a
 * resource policy gives rights over the one resource that it is on.
 */
function severityOf(statement: Statement, policy: Policy): Severity {
  if (policy.type === "resource") {
    const isOpen = statement.principals.some(({ text }) => text === "*") ||
      statement.notPrincipals !== undefined;
    return isOpen && statement.conditions.length === 0 ? "HIGH" : "LOW";
  }
  const isOpen = statement.notResources !== undefined ||
    statement.resources.some(({ text }) => isUnscoped(text) && !isSelf(text));
  return isOpen && statement.conditions.length === 0 ? "MEDIUM" : "LOW";
}

/** The first few, IAM's own before the others. */
function some(names: readonly string[]): string {
  const isIam = (name: string) => name.startsWith("iam:");
  const sorted = [...names.filter(isIam), ...names.filter((name) => !isIam(name))];
  return names.length > 6
    ? `${sorted.slice(0, 6).join(", ")} and ${names.length - 6} more`
    : sorted.join(", ");
}

/** Permissions that everyone changes for themselves: an MFA device is worth nothing until enabled. */
const OWN = ["iam:createvirtualmfadevice", "iam:changepassword"];

/** Actions that change permissions. */
export const permissionsManagement: Rule = {
  ids: ["PERMISSIONS_MANAGEMENT_ACTIONS"],
  statement(statement, policy, report) {
    if (statement.effect !== "Allow" || !grants(policy)) return;
    const actions = allowedOf(
      statement,
      policy,
      MORE_PERMISSIONS_MANAGEMENT,
      (level) => level.includes("Permissions management"),
    );
    if (actions.length === 0) return;
    report({
      id: "PERMISSIONS_MANAGEMENT_ACTIONS",
      path: statement.path,
      severity: actions.every((action) => OWN.includes(action.toLowerCase()))
        ? "LOW"
        : severityOf(statement, policy),
      detail: `${some(actions)} ${actions.length === 1 ? "changes" : "change"} permissions`,
      actions,
    });
  },
};

/** Credentials that everyone who is allowed them needs on `*`: they carry no more rights than that. */
const HARMLESS = ["ecr:getauthorizationtoken", "sts:getsessiontoken"];

/** Actions that answer with credentials. */
export const credentialsExposure: Rule = {
  ids: ["CREDENTIALS_EXPOSURE"],
  statement(statement, policy, report) {
    if (statement.effect !== "Allow" || !grants(policy)) return;
    const actions = allowedOf(statement, policy, CREDENTIALS_EXPOSURE, () => false);
    if (actions.length === 0) return;
    const isHarmless = actions.every((action) => HARMLESS.includes(action.toLowerCase()));
    report({
      id: "CREDENTIALS_EXPOSURE",
      path: statement.path,
      severity: isHarmless ? "LOW" : severityOf(statement, policy),
      detail: `${some(actions)} ${actions.length === 1 ? "answers" : "answer"} with credentials`,
      actions,
    });
  },
};
