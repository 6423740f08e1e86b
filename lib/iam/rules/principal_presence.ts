import type { PolicyType } from "lib/iam/policy_type.ts";
import type { Rule } from "lib/iam/rule.ts";

const NEEDED: readonly PolicyType[] = ["resource", "trust", "rcp", "endpoint"];

/** Policies on things say who; policies on people do not. */
export const principalPresence: Rule = {
  ids: [
    "MISSING_PRINCIPAL",
    "UNSUPPORTED_PRINCIPAL",
    "SCP_SYNTAX_ERROR_PRINCIPAL",
    "RCP_SYNTAX_ERROR_PRINCIPAL",
  ],
  statement(statement, { type }, report) {
    const element = ["Principal", "NotPrincipal"].find((name) => name in statement.raw);
    const at = [...statement.path, element ?? ""];
    if (type === "rcp") {
      if (statement.raw.Principal === "*") return;
      report({
        id: "RCP_SYNTAX_ERROR_PRINCIPAL",
        path: element ? at : statement.path,
        detail: 'The principal of a resource control policy has to be "*"',
      });
    } else if (NEEDED.includes(type)) {
      if (element) return;
      report({
        id: "MISSING_PRINCIPAL",
        path: statement.path,
        detail: `A statement of ${
          type === "endpoint" ? "an endpoint" : `a ${type}`
        } policy has to say who, in Principal`,
      });
    } else if (element && type === "scp") {
      report({
        id: "SCP_SYNTAX_ERROR_PRINCIPAL",
        path: at,
        detail: `A service control policy has no ${element}`,
      });
    } else if (element) {
      report({
        id: "UNSUPPORTED_PRINCIPAL",
        path: at,
        detail: `${
          type === "identity" ? "An identity" : "A session"
        } policy has no ${element}: it is about whom it is attached to`,
      });
    }
  },
};
