import { expandAction } from "lib/iam/actions.ts";
import { findService, globalConditionKeys } from "lib/iam/aws/data.ts";
import { findGlobalKey, findKey, isTagWithoutKey, knowsKey } from "lib/iam/condition_keys.ts";
import { hasWildcard } from "lib/iam/glob.ts";
import type { Condition, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

const DEPRECATED: Readonly<Record<string, string>> = {
  "aws:sourceowner": "aws:SourceAccount",
  "aws:principalserviceid": "aws:PrincipalServiceName",
};

/** Condition keys that no service, or not the statement's actions, ever provide. */
export const conditionKey: Rule = {
  ids: [
    "UNKNOWN_CONDITION_FOR_ACTION",
    "MISSING_TAG_KEY_IN_CONDITION",
    "DEPRECATED_GLOBAL_CONDITION_KEY",
  ],
  statement(statement, _policy, report) {
    for (const condition of statement.conditions) check(condition, statement, report);
  },
};

function check(condition: Condition, statement: Statement, report: Report): void {
  const { key, name, path } = condition;
  if (isTagWithoutKey(name)) {
    report({
      id: "MISSING_TAG_KEY_IN_CONDITION",
      path,
      detail: `"${key}" names no tag: write "${key.replace(/\/$/, "")}/tag-key"`,
    });
    return;
  }
  if (name in DEPRECATED) {
    report({
      id: "DEPRECATED_GLOBAL_CONDITION_KEY",
      path,
      detail: `${key} is deprecated: use ${DEPRECATED[name]}`,
      nearest: DEPRECATED[name],
    });
    return;
  }
  if (findGlobalKey(name)) return;
  const unknown = (code: string, detail: string, near?: string, actions?: readonly string[]) =>
    report({
      id: "UNKNOWN_CONDITION_FOR_ACTION",
      code,
      path,
      detail: `${detail}${near ? `: did you mean "${near}"?` : ""}`,
      nearest: near,
      actions,
      severity: code === "UNSUPPORTED_ACTION_FOR_CONDITION_KEY" &&
          (condition.operator.ifExists || actions?.every(hasWildcard))
        ? "LOW"
        : undefined,
    });
  if (!/^[^:\s]+:\S/.test(key)) {
    const candidates = statement.actions.flatMap(({ text }) => {
      const candidate = `${text.split(":")[0].toLowerCase()}:${name}`;
      return findKey(candidate) ? [candidate] : [];
    });
    unknown(
      "INVALID_CONDITION_KEY_FORMAT",
      `"${key}" is no condition key: it has no prefix`,
      candidates[0],
    );
    return;
  }
  if (name.startsWith("aws:")) {
    const names = [...globalConditionKeys().values()].map((known) => known.key);
    unknown(
      "INVALID_GLOBAL_CONDITION_KEY",
      `AWS has no global key "${key}"`,
      nearestName(key, names),
    );
    return;
  }
  if (!findKey(name)) {
    const prefix = name.slice(0, name.indexOf(":"));
    const keys = [...findService(prefix)?.conditionKeys.values() ?? []].map((known) => known.key);
    unknown(
      "INVALID_SERVICE_CONDITION_KEY",
      keys.length > 0 ? `${prefix} has no key "${key}"` : `No service has the key "${key}"`,
      nearestName(key, keys),
    );
    return;
  }
  if (statement.notActions) return;
  const without: string[] = [];
  for (const { text } of statement.actions) {
    const expansion = expandAction(text);
    if (expansion.kind !== "actions" || expansion.actions.length === 0) continue;
    if (!expansion.actions.every((action) => knowsKey(action, name))) without.push(text);
  }
  if (without.length > 0) {
    unknown(
      "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
      `${key} is not there for ${without.every(hasWildcard) ? "every action of " : ""}${
        without.slice(0, 5).join(", ")
      }`,
      undefined,
      without,
    );
  }
}
