import type { Condition, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/** Keys that say who or whence. */
const IDENTIFYING =
  /^(aws:(source(arn|account|orgid|orgpaths|vpc|vpce|vpcarn)|principal(arn|account|orgid|orgpaths)|userid|username)|[^:]*\.[^:]*:(sub|aud|amr)|saml:(aud|sub|iss)|sts:externalid)$/;

const withoutEscapes = (text: string) => text.replace(/\$\{[*?$]\}|\$\{[^}]*\}/g, "");

/** Wildcards and variables in the values of conditions: where they do nothing, and where too much. */
export const wildcardValue: Rule = {
  ids: [
    "WILDCARD_WITHOUT_LIKE_OPERATOR",
    "WILDCARD_USAGE_TOO_PERMISSIVE",
    "VARIABLE_USAGE_TOO_PERMISSIVE",
    "EQUIVALENT_TO_NULL_FALSE",
    "EQUIVALENT_TO_NULL_TRUE",
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
  ],
  statement(statement, _policy, report) {
    for (const condition of statement.conditions) check(condition, statement, report);
  },
};

function check(condition: Condition, statement: Statement, report: Report): void {
  const { operator: { facts, ifExists, qualifier }, key, name, values } = condition;
  if (facts === undefined) return;
  if (facts.operand === "String" && !facts.wildcards) {
    const wild = values.find(({ text }) => /[*?]/.test(withoutEscapes(text)));
    if (wild) {
      report({
        id: "WILDCARD_WITHOUT_LIKE_OPERATOR",
        path: wild.path,
        detail: `${facts.name} takes the wildcard of "${wild.text}" literally`,
        nearest: facts.negated ? "StringNotLike" : "StringLike",
      });
    }
  }
  const variable = values.find(({ text }) => text.toLowerCase() === `\${${name}}`);
  if (variable && !facts.negated) {
    report({
      id: "VARIABLE_USAGE_TOO_PERMISSIVE",
      path: variable.path,
      detail: `${key} is compared with itself, which holds for everyone who has it`,
    });
  }
  if (!facts.wildcards) return;
  const anything = values.find(({ text }) =>
    /^\*+$/.test(text) || facts.operand === "Arn" && /^arn(:\*){3,}$/.test(text)
  );
  if (!anything) return;
  if (!facts.negated && !ifExists && IDENTIFYING.test(name) && statement.effect === "Allow") {
    report({
      id: "WILDCARD_USAGE_TOO_PERMISSIVE",
      path: anything.path,
      detail: `"${anything.text}" lets in everyone who has any ${key}`,
    });
    return;
  }
  const id = facts.negated
    ? qualifier === "ForAnyValue"
      ? "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION"
      : "EQUIVALENT_TO_NULL_TRUE"
    : ifExists || qualifier === "ForAllValues"
    ? "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION"
    : "EQUIVALENT_TO_NULL_FALSE";
  report({
    id,
    path: anything.path,
    detail: {
      REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION:
        `No value of ${key} differs from "${anything.text}": the statement never applies`,
      EQUIVALENT_TO_NULL_TRUE:
        `No value of ${key} differs from "${anything.text}": it has to be absent`,
      REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION: `${key} may be anything, or absent`,
      EQUIVALENT_TO_NULL_FALSE: `${key} may be anything as long as it is there`,
    }[id],
  });
}
