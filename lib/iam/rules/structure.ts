import type { Path } from "lib/iam/finding.ts";
import { isObject, type Policy } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

const POLICY_ELEMENTS = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"]
  .concat("Resource", "NotResource", "Condition");

/**
 * The grammar of policy documents: which elements there are, which are needed, and what may be in them.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html}
 */
export const structure: Rule = {
  ids: ["MALFORMED_JSON", "MALFORMED", "INVALID_ARN", "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
  policy(policy, report) {
    const { document } = policy;
    if (!isObject(document)) {
      report({
        id: "MALFORMED_JSON",
        code: "DATA_TYPE_MISMATCH",
        path: [],
        detail: `A policy is a JSON object, not ${kindOf(document)}`,
      });
      return;
    }
    unknownElements(document, POLICY_ELEMENTS, [], report);
    expectString(document, "Id", [], report);
    const statements = document.Statement;
    if (statements === undefined) {
      report({
        id: "MALFORMED",
        code: "MISSING_STATEMENT",
        path: [],
        detail: "The policy has no Statement",
      });
    } else if (Array.isArray(statements)) {
      if (statements.length === 0) {
        report({
          id: "MALFORMED",
          code: "MISSING_STATEMENT",
          path: ["Statement"],
          detail: "The policy has no statements: the list is empty",
        });
      }
      statements.forEach((item, index) =>
        checkStatement(item, ["Statement", index], policy, report)
      );
    } else checkStatement(statements, ["Statement"], policy, report);
  },
};

const kindOf = (value: unknown) =>
  value === null || value === undefined
    ? String(value)
    : Array.isArray(value)
    ? "a list"
    : `a ${typeof value}`;

function unknownElements(
  object: Record<string, unknown>,
  known: readonly string[],
  path: Path,
  report: Report,
): void {
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const near = nearestName(key, known);
    report({
      id: "MALFORMED",
      code: "INVALID_POLICY_ELEMENT",
      path: [...path, key],
      detail: `"${key}" is no element of a ${path.length === 0 ? "policy" : "statement"}${
        near ? `: did you mean "${near}"?` : ""
      }`,
      nearest: near,
    });
  }
}

function expectString(
  object: Record<string, unknown>,
  key: string,
  path: Path,
  report: Report,
): void {
  if (!(key in object) || typeof object[key] === "string") return;
  report({
    id: "MALFORMED",
    code: "DATA_TYPE_MISMATCH",
    path: [...path, key],
    detail: `${key} has to be a string, not ${kindOf(object[key])}`,
  });
}

function checkStatement(value: unknown, path: Path, policy: Policy, report: Report): void {
  const malformed = (code: string, at: Path, detail: string, near?: string) =>
    report({ id: "MALFORMED", code, path: at, detail, nearest: near });
  if (!isObject(value)) {
    malformed("DATA_TYPE_MISMATCH", path, `A statement is an object, not ${kindOf(value)}`);
    return;
  }
  unknownElements(value, STATEMENT_ELEMENTS, path, report);
  for (const key of ["Sid", "Effect"]) expectString(value, key, path, report);
  if (value.Effect === undefined) {
    malformed("MISSING_EFFECT", path, "The statement has no Effect: say Allow or Deny");
  } else if (typeof value.Effect === "string" && !["Allow", "Deny"].includes(value.Effect)) {
    const near = nearestName(value.Effect, ["Allow", "Deny"]);
    malformed(
      "INVALID_EFFECT",
      [...path, "Effect"],
      `Effect is "${value.Effect}": it has to be "Allow" or "Deny", in this case`,
      near,
    );
  }
  for (const key of ["Principal", "Action", "Resource"]) {
    if (key in value && `Not${key}` in value) {
      malformed(
        "UNSUPPORTED_ELEMENT_COMBINATION",
        [...path, `Not${key}`],
        `The statement has both ${key} and Not${key}: keep one`,
      );
    }
  }
  if (!("Action" in value) && !("NotAction" in value)) {
    malformed("MISSING_ACTION", path, "The statement has neither Action nor NotAction");
  }
  if (needsResource(value, policy)) {
    malformed("MISSING_RESOURCE", path, "The statement has neither Resource nor NotResource");
  }
  for (const key of ["Action", "NotAction", "Resource", "NotResource"]) {
    if (key in value) expectStrings(value[key], key, [...path, key], report);
  }
  for (const key of ["Principal", "NotPrincipal"]) {
    const principal = value[key];
    if (!(key in value)) continue;
    if (isObject(principal)) {
      for (const [kind, names] of Object.entries(principal)) {
        expectStrings(names, kind, [...path, key, kind], report);
      }
    } else if (typeof principal !== "string") {
      malformed(
        "DATA_TYPE_MISMATCH",
        [...path, key],
        `${key} has to be "*" or an object, not ${kindOf(principal)}`,
      );
    }
  }
  if ("Condition" in value) checkCondition(value.Condition, [...path, "Condition"], report);
}

/** Trust policies have no resource; a policy on an ECR repository has none either. */
function needsResource(statement: Record<string, unknown>, policy: Policy): boolean {
  if ("Resource" in statement || "NotResource" in statement || policy.type === "trust") {
    return false;
  }
  const actions = [statement.Action ?? statement.NotAction].flat();
  return !(policy.type === "resource" && actions.length > 0 &&
    actions.every((action) => typeof action === "string" && /^(ecr|ecr-public):/i.test(action)));
}

function expectStrings(value: unknown, name: string, path: Path, report: Report): void {
  const wrong = (at: Path, item: unknown) =>
    report({
      id: name.endsWith("Resource") ? "INVALID_ARN" : "MALFORMED",
      code: "DATA_TYPE_MISMATCH",
      path: at,
      detail: `${name} has to be a string or a list of strings, not ${kindOf(item)}`,
      severity: "HIGH",
    });
  if (Array.isArray(value)) {
    value.forEach((item, index) => typeof item === "string" || wrong([...path, index], item));
  } else if (typeof value !== "string") wrong(path, value);
}

function checkCondition(value: unknown, path: Path, report: Report): void {
  const wrong = (at: Path, detail: string) =>
    report({ id: "MALFORMED", code: "INVALID_CONDITION_DATA_TYPE", path: at, detail });
  if (!isObject(value)) {
    wrong(path, `Condition has to be an object, not ${kindOf(value)}`);
    return;
  }
  sameInAnotherCase(value, path, "operator", report);
  for (const [operator, block] of Object.entries(value)) {
    if (!isObject(block)) {
      wrong(
        [...path, operator],
        `"${operator}" has to hold condition keys, as in {"StringEquals": {"${operator}": …}}, not ${
          kindOf(block)
        }`,
      );
      continue;
    }
    sameInAnotherCase(block, [...path, operator], "condition key", report);
    for (const [key, values] of Object.entries(block)) {
      const at = [...path, operator, key];
      const list = Array.isArray(values) ? values : [values];
      list.forEach((item, index) => {
        if (["string", "number", "boolean"].includes(typeof item)) return;
        wrong(
          Array.isArray(values) ? [...at, index] : at,
          `The value of ${key} has to be a string, number or boolean, not ${kindOf(item)}`,
        );
      });
    }
  }
}

function sameInAnotherCase(
  object: Record<string, unknown>,
  path: Path,
  what: string,
  report: Report,
): void {
  const seen = new Map<string, string>();
  for (const key of Object.keys(object)) {
    const other = seen.get(key.toLowerCase());
    if (other === undefined) seen.set(key.toLowerCase(), key);
    else {
      report({
        id: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
        path: [...path, key],
        detail: `The ${what} "${key}" is the same as "${other}"`,
      });
    }
  }
}
