import { findService } from "lib/iam/aws/data.ts";
import type { Principal } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { hasWildcard } from "lib/iam/glob.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

const KINDS = ["AWS", "Service", "Federated", "CanonicalUser"];

/**
 * Who may stand in Principal and NotPrincipal.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html}
 */
export const principal: Rule = {
  ids: [
    "UNKNOWN_PRINCIPAL",
    "INVALID_SERVICE_PRINCIPAL_FORMAT",
    "INVALID_USER_REFERENCE",
    "INVALID_ROLE_REFERENCE",
  ],
  statement(statement, _policy, report) {
    for (const element of ["Principal", "NotPrincipal"]) {
      const value = statement.raw[element];
      if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
      for (const kind of Object.keys(value)) {
        if (KINDS.includes(kind)) continue;
        const near = nearestName(kind, KINDS);
        report({
          id: "UNKNOWN_PRINCIPAL",
          code: "INVALID_PRINCIPAL_KEY",
          path: [...statement.path, element, kind],
          detail: `"${kind}" is no kind of principal: use ${KINDS.join(", ")}`,
          nearest: near,
        });
      }
    }
    for (const one of [...statement.principals, ...statement.notPrincipals ?? []]) {
      check(one, report);
    }
  },
};

const ACCOUNT_ARN = /^arn:aws[a-z-]*:iam::\d{12}:(root|(user|role|group|instance-profile)\/.+)$/;
const SESSION_ARN =
  /^arn:aws[a-z-]*:sts::\d{12}:(assumed-role\/[^/]+\/[^/]+|federated-user\/.+|self)$/;
const CLOUDFRONT_ARN = /^arn:aws[a-z-]*:iam::cloudfront:user\/.+$/;

function check({ kind, text, path }: Principal, report: Report): void {
  const unknown = (code: string, detail: string) =>
    report({ id: "UNKNOWN_PRINCIPAL", code, path, detail });
  if (kind === "*" && text !== "*") {
    unknown("INVALID_PRINCIPAL_FORMAT", `"${text}" needs its kind, as in {"AWS": "${text}"}`);
  } else if (kind === "AWS") {
    if (text === "*" || /^\d{12}$/.test(text)) return;
    if (/^AIDA[A-Z0-9]{12,}$/.test(text)) {
      report({
        id: "INVALID_USER_REFERENCE",
        path,
        detail: `"${text}" is the id of a user, perhaps deleted`,
      });
    } else if (/^AROA[A-Z0-9]{12,}/.test(text)) {
      report({
        id: "INVALID_ROLE_REFERENCE",
        path,
        detail: `"${text}" is the id of a role, perhaps deleted`,
      });
    } else if (hasWildcard(text)) {
      unknown(
        "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
        `"${text}" has a wildcard, which a principal takes only alone: use a condition on aws:PrincipalArn`,
      );
    } else if (![ACCOUNT_ARN, SESSION_ARN, CLOUDFRONT_ARN].some((shape) => shape.test(text))) {
      unknown("INVALID_PRINCIPAL_FORMAT", `"${text}" is no account, user, role or session`);
    }
  } else if (kind === "CanonicalUser") {
    if (!/^[0-9a-f]{60,64}$/i.test(text)) {
      unknown(
        "INVALID_PRINCIPAL_FORMAT",
        `"${text}" is no canonical user id: 64 hexadecimal digits`,
      );
    }
  } else if (kind === "Service") {
    if (
      /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|api\.aws)$/
        .test(text)
    ) {
      return;
    }
    const word = text.split(".")[0].toLowerCase();
    report({
      id: "INVALID_SERVICE_PRINCIPAL_FORMAT",
      path,
      detail: `"${text}" is no service principal`,
      nearest: findService(word) ? `${word}.amazonaws.com` : undefined,
    });
  }
}
