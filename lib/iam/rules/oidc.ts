import type { Condition, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { isOidc } from "lib/iam/rules/federation.ts";

const GITHUB = "token.actions.githubusercontent.com";
/** Providers shared by everyone: without a condition on `sub` or `aud` anybody comes in. */
const AUDIENCES: Readonly<Record<string, readonly string[]>> = {
  "www.amazon.com": ["app_id", "aud"],
  "graph.facebook.com": ["app_id", "aud"],
};

/** Trust in OIDC providers: which of their users, and of GitHub which repository. */
export const oidc: Rule = {
  ids: [
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    "MISSING_GITHUB_REPO_CONDITION_KEY",
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    "CONFIRM_AUDIENCE_CLAIM_TYPE",
  ],
  statement(statement, { type }, report) {
    checkAudience(statement, report);
    if (type !== "trust" || statement.effect !== "Allow") return;
    for (const { kind, text, path } of statement.principals) {
      if (kind !== "Federated" || !isOidc(text)) continue;
      const provider = text.replace(/^.*:oidc-provider\//, "").toLowerCase();
      const claims = statement.conditions.filter(({ name, operator }) =>
        name.startsWith(`${provider}:`) && operator.facts !== undefined &&
        !operator.facts.negated && operator.facts.name !== "Null" && !operator.ifExists
      );
      const claim = (name: string) => claims.filter((one) => one.name === `${provider}:${name}`);
      if (provider === GITHUB || provider.startsWith(`${GITHUB}/`)) {
        checkGithub(text, path, claim("sub"), report);
        continue;
      }
      const accepted = ["sub", "aud", "amr", "oaud", ...AUDIENCES[provider] ?? []];
      if (accepted.some((name) => claim(name).length > 0)) continue;
      report({
        id: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
        path,
        detail: `Everyone with a token of ${provider} may assume the role`,
        remedy: `Add a condition on ${provider}:sub or ${provider}:aud`,
      });
    }
  },
};

function checkGithub(
  provider: string,
  path: readonly (string | number)[],
  subjects: readonly Condition[],
  report: Report,
): void {
  if (subjects.length === 0) {
    report({
      id: "MISSING_GITHUB_REPO_CONDITION_KEY",
      path,
      detail: `Every repository on GitHub may assume the role by way of ${provider}`,
    });
    return;
  }
  for (const { operator, values } of subjects) {
    for (const value of values) {
      const isPattern = operator.facts!.wildcards;
      const repository = /^repo:([^:]*)(:.*)?$/.exec(value.text);
      const [owner, name] = (repository?.[1] ?? "").split("/");
      const isWide = repository === null
        ? isPattern && /[*?]/.test(value.text) && !/^repository_owner/.test(value.text)
        : isPattern && (/[*?]/.test(owner) || name === undefined || /^\*+$/.test(name));
      if (!isWide) continue;
      report({
        id: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
        path: value.path,
        detail: `"${value.text}" lets in more than one repository`,
        severity: repository && owner !== "" && !/[*?]/.test(owner) ? "MEDIUM" : "HIGH",
      });
    }
  }
}

function checkAudience(statement: Statement, report: Report): void {
  for (const { name, key, operator, path } of statement.conditions) {
    if (!/^[^:]*\.[^:]*:(aud|oaud)$/.test(name) || operator.qualifier === undefined) continue;
    report({
      id: operator.qualifier === "ForAnyValue"
        ? "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"
        : "CONFIRM_AUDIENCE_CLAIM_TYPE",
      path,
      detail:
        `${key} has one value with most providers, yet ${operator.qualifier} reads it as several`,
    });
  }
}
