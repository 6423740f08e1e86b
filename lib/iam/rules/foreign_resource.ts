import { splitArn } from "lib/iam/arn.ts";
import { hasWildcard } from "lib/iam/glob.ts";
import type { Rule } from "lib/iam/rule.ts";

/** A resource policy is about the resource that it is on, so of the service that its actions are of. */
export const foreignResource: Rule = {
  ids: ["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"],
  statement(statement, { type }, report) {
    if (type !== "resource" || statement.effect !== "Deny") return;
    const prefixes = new Set(statement.actions.map(({ text }) => text.split(":")[0].toLowerCase()));
    const [prefix] = prefixes;
    if (prefixes.size !== 1 || hasWildcard(prefix)) return;
    for (const { text, path } of statement.resources) {
      const service = splitArn(text)?.service;
      if (!service || hasWildcard(service) || service === prefix || service.startsWith(prefix)) {
        continue;
      }
      if (prefix.startsWith(service)) continue;
      report({
        id: "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
        path,
        detail: `"${text}" is of ${service}, the actions of ${prefix}`,
        resources: [text],
      });
    }
  },
};
