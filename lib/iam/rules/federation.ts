import type { Rule } from "lib/iam/rule.ts";

/** Identity providers that need no ARN. */
export const PROVIDER_HOSTS: readonly string[] = [
  "cognito-identity.amazonaws.com",
  "www.amazon.com",
  "graph.facebook.com",
  "accounts.google.com",
];

/** Whether a federated principal is an OIDC provider rather than a SAML one. */
export const isOidc = (federated: string): boolean =>
  PROVIDER_HOSTS.includes(federated) || /:oidc-provider\//.test(federated);

const PROVIDER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:(saml-provider|oidc-provider)\/.+$/;

/** Federated principals: which there are, and that only trust policies take them. */
export const federation: Rule = {
  ids: ["UNKNOWN_FEDERATION_SOURCE", "FEDERATED_PRINCIPAL_NOT_SUPPORTED"],
  statement(statement, { type }, report) {
    for (
      const { kind, text, path } of [...statement.principals, ...statement.notPrincipals ?? []]
    ) {
      if (kind !== "Federated" || type === "trust" && text === "*") continue;
      if (!PROVIDER_HOSTS.includes(text) && !PROVIDER_ARN.test(text)) {
        report({
          id: "UNKNOWN_FEDERATION_SOURCE",
          code: "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
          path,
          detail: `"${text}" is no identity provider`,
        });
      } else if (type !== "trust") {
        report({
          id: "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
          path,
          detail: `"${text}" can only be a principal in the trust policy of a role`,
        });
      }
    }
  },
};
