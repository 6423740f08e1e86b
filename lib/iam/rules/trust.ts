import { actionMatches, expandAction } from "lib/iam/actions.ts";
import type { Principal, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { isOidc } from "lib/iam/rules/federation.ts";

/** The only actions that a trust policy can allow. */
const TRUST_ACTIONS = [
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:tagsession",
  "sts:setsourceidentity",
  "sts:setcontext",
];

/** Who may assume a role, and by which action. */
export const trust: Rule = {
  ids: [
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    "UNSUPPORTED_ACTION_IN_POLICY",
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
  ],
  statement(statement, { type }, report) {
    if (type !== "trust") return;
    for (const element of ["Resource", "NotResource"]) {
      if (!(element in statement.raw)) continue;
      report({
        id: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
        path: [...statement.path, element],
        detail: `A trust policy has no ${element}`,
      });
    }
    checkActions(statement, report);
    checkPrincipals(statement, report);
    if (statement.effect === "Allow") {
      checkPairs(statement, report);
      checkRolesAnywhere(statement, report);
    }
    checkRedundant(statement, report);
  },
};

function checkActions(statement: Statement, report: Report): void {
  for (const { text, path } of statement.actions) {
    const expansion = expandAction(text);
    const isEmpty = expansion.kind === "no-service" || expansion.kind === "unknown-service" ||
      expansion.kind === "actions" && expansion.actions.length === 0;
    if (isEmpty) continue;
    const isWhole = expansion.kind === "actions" &&
      expansion.actions.every(({ key }) => TRUST_ACTIONS.includes(key));
    if (isWhole) continue;
    report({
      id: "UNSUPPORTED_ACTION_IN_POLICY",
      path,
      detail:
        `"${text}" is more than a trust policy can allow: only assuming the role, its session's tags, source identity and context`,
      actions: [text],
    });
  }
  for (const { path } of statement.notActions ?? []) {
    report({
      id: "UNSUPPORTED_ACTION_IN_POLICY",
      path,
      detail: "A trust policy with NotAction allows what it cannot allow",
    });
    break;
  }
}

function checkPrincipals(statement: Statement, report: Report): void {
  for (const { kind, text, path } of statement.principals) {
    const isOpen = text === "*" && statement.effect === "Allow";
    if (!isOpen || kind === "Service") continue;
    if (kind !== "Federated" && isNarrowed(statement)) continue;
    report({
      id: "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
      path,
      detail: "Everyone may assume the role",
    });
  }
}

/** Whether a condition says who, whatever the principal. */
const isNarrowed = (statement: Statement) =>
  statement.conditions.some(({ name, operator, values }) =>
    /^aws:(principal(arn|account|orgid|orgpaths)|sourcearn|sourceaccount|sourceorgid|userid)$/
      .test(name) &&
    operator.facts !== undefined && !operator.facts.negated &&
    values.length > 0 && values.every(({ text }) => !/^\*+$/.test(text))
  );

/** The action by which a principal assumes a role. */
function actionFor({ kind, text }: Principal): string | undefined {
  if (kind === "Federated") {
    return isOidc(text)
      ? "sts:AssumeRoleWithWebIdentity"
      : /:saml-provider\//.test(text)
      ? "sts:AssumeRoleWithSAML"
      : undefined;
  }
  return kind === "AWS" || kind === "Service" || text === "*" ? "sts:AssumeRole" : undefined;
}

const ASSUME = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

function checkPairs(statement: Statement, report: Report): void {
  const wanted = new Set(statement.principals.map(actionFor));
  if (wanted.size === 0 || wanted.has(undefined)) return;
  const allowed = ASSUME.filter((action) =>
    statement.actions.some(({ text }) => actionMatches(text, action.toLowerCase()))
  );
  for (const one of statement.principals) {
    const action = actionFor(one)!;
    if (allowed.length === 0 || allowed.includes(action)) continue;
    report({
      id: "MISMATCHED_ACTION_FOR_PRINCIPAL",
      path: one.path,
      detail: `${one.text} assumes roles by ${action}, but the statement allows ${
        allowed.join(", ")
      }`,
      nearest: action,
    });
  }
  for (const { text, path } of statement.actions) {
    const named = ASSUME.find((action) => action.toLowerCase() === text.toLowerCase());
    if (named === undefined || wanted.has(named)) continue;
    if (!allowed.some((action) => wanted.has(action))) continue;
    report({
      id: "MISMATCHED_ACTION_FOR_PRINCIPAL",
      path,
      detail: `None of the statement's principals assumes roles by ${named}`,
      actions: [text],
    });
  }
}

function checkRolesAnywhere(statement: Statement, report: Report): void {
  const one = statement.principals.find(({ text }) => text === "rolesanywhere.amazonaws.com");
  if (!one) return;
  const missing = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"].filter((action) =>
    !statement.actions.some(({ text }) => actionMatches(text, action.toLowerCase()))
  );
  if (missing.length === 0) return;
  report({
    id: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    path: [...statement.path, "Action"],
    detail: `Roles Anywhere also needs ${missing.join(" and ")}`,
  });
}

function checkRedundant(statement: Statement, report: Report): void {
  const accounts = new Set(
    statement.principals.flatMap(({ kind, text }) =>
      kind !== "AWS" ? [] : /^(\d{12})$/.exec(text)?.[1] ?? /::(\d{12}):root$/.exec(text)?.[1] ?? []
    ),
  );
  const seen = new Set<string>();
  for (const { kind, text, path } of statement.principals) {
    const account = /^arn:[^:]*:(?:iam|sts)::(\d{12}):(?!root$)/.exec(text)?.[1];
    const isWithin = kind === "AWS" && account !== undefined && accounts.has(account);
    if (isWithin || seen.has(`${kind} ${text}`)) {
      report({
        id: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
        path,
        detail: isWithin
          ? `"${text}" is of account ${account}, which is trusted as a whole`
          : `"${text}" is there twice`,
      });
    }
    seen.add(`${kind} ${text}`);
  }
}
