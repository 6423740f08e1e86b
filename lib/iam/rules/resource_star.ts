import { expandAction, type KnownAction } from "lib/iam/actions.ts";
import { grants } from "lib/iam/grants.ts";
import { isAll, isStar, typesOf } from "lib/iam/resources.ts";
import type { Rule } from "lib/iam/rule.ts";

/** Allowed on everything, though the action can be narrowed to resources. */
export const resourceStar: Rule = {
  ids: ["RESOURCE_STAR", "RESOURCE_EFFECTIVELY_STAR"],
  statement(statement, policy, report) {
    if (!grants(policy) || statement.effect !== "Allow") return;
    const star = statement.resources.find(({ text }) => isStar(text));
    const resources = statement.resources.map(({ text }) => text);
    const narrowable: string[] = [];
    const whole: string[] = [];
    for (const { text } of statement.actions) {
      const expansion = expandAction(text);
      // A key's policy is about the key that it is on, which it can only call "*".
      if (policy.type === "resource" && /^kms:/i.test(text)) continue;
      if (expansion.kind === "all") narrowable.push(text);
      if (expansion.kind !== "actions") continue;
      if (expansion.actions.some((action) => typesOf(action).length > 0)) narrowable.push(text);
      if (expansion.actions.some((action) => isOnAll(action, resources))) whole.push(text);
    }
    if (star && narrowable.length > 0) {
      report({
        id: "RESOURCE_STAR",
        path: star.path,
        detail: `${narrowable.slice(0, 5).join(", ")}${
          narrowable.length > 5 ? ` and ${narrowable.length - 5} more` : ""
        } can be narrowed to resources`,
        actions: narrowable,
        resources: [star.text],
      });
    } else if (!star && whole.length > 0 && statement.conditions.length === 0) {
      report({
        id: "RESOURCE_EFFECTIVELY_STAR",
        path: statement.resources[0].path,
        detail: `${whole.slice(0, 5).join(", ")} on ${
          resources.slice(0, 3).join(", ")
        } is the same as on "*"`,
        actions: whole,
        resources,
      });
    }
  },
};

function isOnAll(action: KnownAction, resources: readonly string[]): boolean {
  const types = typesOf(action);
  const required = types.filter((type) => type.required);
  const relevant = required.length > 0 ? required : types;
  const isCovered = (type: typeof types[number]) =>
    resources.some((resource) => isAll(resource, type));
  return relevant.length > 0 &&
    (required.length > 0 ? relevant.every(isCovered) : relevant.some(isCovered));
}
