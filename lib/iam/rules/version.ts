import { isObject } from "lib/iam/policy.ts";
import type { Rule } from "lib/iam/rule.ts";

/** The version of the policy language: without `2012-10-17`, policy variables are plain text. */
export const version: Rule = {
  ids: ["NO_VERSION", "OLD_VERSION", "INVALID_VERSION"],
  policy({ document, version, statements }, report) {
    if (!isObject(document) || statements.length === 0 && !("Statement" in document)) return;
    if (!("Version" in document)) {
      report({
        id: "NO_VERSION",
        code: "MISSING_VERSION",
        path: [],
        detail: "Without a Version the policy is read as 2008-10-17",
      });
    } else if (version === "2008-10-17") {
      report({
        id: "OLD_VERSION",
        path: ["Version"],
        detail: "Version 2008-10-17 lacks policy variables",
      });
    } else if (version !== "2012-10-17") {
      report({
        id: "INVALID_VERSION",
        path: ["Version"],
        detail: `${JSON.stringify(document.Version)} is no version of the policy language`,
        nearest: "2012-10-17",
      });
    }
  },
};
