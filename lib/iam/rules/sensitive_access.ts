import { actionMatches } from "lib/iam/actions.ts";
import { overlaps } from "lib/iam/glob.ts";
import { isStar } from "lib/iam/resources.ts";
import type { Rule } from "lib/iam/rule.ts";

/** An action that nobody shall be allowed on a resource. */
export interface SensitiveAccess {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, wildcards allowed. */
  readonly resource: string;
}

/** What no policy hands out unless it says so openly: objects of buckets that are called secret. */
export const SENSITIVE_BY_DEFAULT: readonly SensitiveAccess[] = [
  { action: "s3:GetObject", resource: "arn:aws:s3:::secret*/*" },
];

/** What the organization itself declared sensitive. */
export function sensitiveAccess(declared: readonly SensitiveAccess[]): Rule {
  return {
    ids: ["SENSITIVE_ACCESS"],
    statement(statement, _policy, report) {
      if (statement.effect !== "Allow") return;
      for (const { action, resource } of declared) {
        const key = action.toLowerCase();
        const isMeant = statement.notActions
          ? !statement.notActions.some(({ text }) => actionMatches(text, key))
          : statement.actions.some(({ text }) => actionMatches(text, key));
        if (!isMeant) continue;
        // That "*" takes in everything is said by RESOURCE_STAR.
        const reached = statement.resources.map(({ text }) => text)
          .filter((text) => !isStar(text) && overlaps(text, resource));
        if (reached.length === 0) continue;
        report({
          id: "SENSITIVE_ACCESS",
          path: statement.path,
          detail: `${action} is allowed on ${resource}, which is declared sensitive`,
          actions: [action],
          resources: reached,
        });
      }
    },
  };
}
