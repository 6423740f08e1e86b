import type { Rule } from "lib/iam/rule.ts";

/** `Allow` with a negated element: allowed is what nobody thought of. */
export const negated: Rule = {
  ids: [
    "NOTPRINCIPAL_WITH_ALLOW",
    "NOTRESOURCE_WITH_ALLOW",
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
  ],
  statement(statement, { type }, report) {
    if (statement.notPrincipals && type === "trust") {
      report({
        id: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
        path: [...statement.path, "NotPrincipal"],
        detail: "A trust policy has no NotPrincipal",
      });
    }
    if (statement.effect !== "Allow") return;
    if (statement.notPrincipals) {
      report({
        id: "NOTPRINCIPAL_WITH_ALLOW",
        code: "ALLOW_WITH_NOT_PRINCIPAL",
        path: [...statement.path, "NotPrincipal"],
        detail: "Everyone is allowed but those in NotPrincipal, anonymous callers included",
      });
    }
    if (statement.notResources) {
      report({
        id: "NOTRESOURCE_WITH_ALLOW",
        path: [...statement.path, "NotResource"],
        detail:
          "Everything is allowed but what is in NotResource, other services' resources included",
        resources: statement.notResources.map(({ text }) => text),
      });
    }
  },
};
