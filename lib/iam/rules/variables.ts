import type { Entry, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/**
 * Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html}
 */
export const variables: Rule = {
  ids: [
    "MISSING_BRACE_IN_VARIABLE",
    "MISSING_QUOTE_IN_VARIABLE",
    "UNSUPPORTED_SPACE_IN_VARIABLE",
    "EMPTY_VARIABLE",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    "VARIABLE_UNSUPPORTED_IN_VERSION",
    "INVALID_VARIABLE_FOR_OPERATOR",
  ],
  statement(statement, policy, report) {
    const values = statement.conditions.flatMap((condition) => condition.values);
    const entries = [...statement.resources, ...statement.notResources ?? [], ...values]
      .filter(({ text }) => text.includes("${"));
    entries.forEach((entry) => checkSyntax(entry, report));
    if (entries.length > 0 && (policy.version ?? "2008-10-17") === "2008-10-17") {
      report({
        id: "VARIABLE_UNSUPPORTED_IN_VERSION",
        path: entries[0].path,
        detail: `"${entries[0].text}" is taken literally under Version ${
          policy.version ?? "2008-10-17"
        }`,
      });
    }
    checkElements(statement, report);
    for (const { operator: { facts }, values } of statement.conditions) {
      if (facts === undefined || facts.variables || facts.name === "Null") continue;
      const variable = values.find(({ text }) => text.includes("${"));
      if (!variable) continue;
      report({
        id: "INVALID_VARIABLE_FOR_OPERATOR",
        path: variable.path,
        detail: `${facts.name} does not replace the variable in "${variable.text}"`,
      });
    }
  },
};

function checkSyntax({ text, path }: Entry, report: Report): void {
  for (let at = text.indexOf("${"); at !== -1; at = text.indexOf("${", at + 2)) {
    const end = text.indexOf("}", at);
    const next = text.indexOf("${", at + 2);
    if (end === -1 || next !== -1 && next < end) {
      report({
        id: "MISSING_BRACE_IN_VARIABLE",
        path,
        detail: `A variable in "${text}" is not closed`,
      });
      continue;
    }
    const inside = text.slice(at + 2, end);
    const comma = inside.indexOf(",");
    const name = comma === -1 ? inside : inside.slice(0, comma);
    if (name.trim() === "") {
      report({ id: "EMPTY_VARIABLE", path, detail: `A variable in "${text}" is empty` });
    } else if (/\s/.test(name)) {
      report({
        id: "UNSUPPORTED_SPACE_IN_VARIABLE",
        path,
        detail: `"\${${inside}}" has a space in the variable's name`,
      });
    } else if (comma !== -1 && !/^,\s*'[^']*'$/.test(inside.slice(comma))) {
      report({
        id: "MISSING_QUOTE_IN_VARIABLE",
        path,
        detail: `The default value in "\${${inside}}" needs single quotes around it`,
      });
    }
  }
}

function checkElements(statement: Statement, report: Report): void {
  const elsewhere = [
    ...statement.actions,
    ...statement.notActions ?? [],
    ...statement.principals,
    ...statement.notPrincipals ?? [],
    ...statement.sid === undefined
      ? []
      : [{ text: statement.sid, path: [...statement.path, "Sid"] }],
  ];
  for (const { text, path } of elsewhere) {
    if (!text.includes("${")) continue;
    report({
      id: "VARIABLE_UNSUPPORTED_IN_ELEMENT",
      path,
      detail: `"${text}" is taken literally: ${
        path.at(-1) === "Sid" ? "a Sid" : "this element"
      } has no variables`,
    });
  }
}
