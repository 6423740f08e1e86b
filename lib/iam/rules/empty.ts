import { isObject } from "lib/iam/policy.ts";
import { parseOperator } from "lib/iam/operators.ts";
import type { Rule } from "lib/iam/rule.ts";

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Empty lists and objects: the statement then says nothing, or something surprising. */
export const empty: Rule = {
  ids: [
    "EMPTY_ARRAY_ACTION",
    "EMPTY_ARRAY_RESOURCE",
    "EMPTY_ARRAY_PRINCIPAL",
    "EMPTY_OBJECT_PRINCIPAL",
    "EMPTY_OBJECT_CONDITION",
    "EMPTY_ARRAY_CONDITION",
    "EMPTY_ARRAY_CONDITION_FORALLVALUES",
    "EMPTY_ARRAY_CONDITION_FORANYVALUE",
    "EMPTY_ARRAY_CONDITION_IFEXISTS",
  ],
  statement({ raw, path }, _policy, report) {
    for (const element of ["Action", "NotAction", "Resource", "NotResource"]) {
      if (!isEmptyList(raw[element])) continue;
      report({
        id: element.endsWith("Action") ? "EMPTY_ARRAY_ACTION" : "EMPTY_ARRAY_RESOURCE",
        path: [...path, element],
        detail: `${element} is an empty list: the statement ${
          element.startsWith("Not") ? "is about everything" : "is about nothing"
        }`,
      });
    }
    for (const element of ["Principal", "NotPrincipal"]) {
      const value = raw[element];
      if (!isObject(value)) continue;
      const at = [...path, element];
      if (Object.keys(value).length === 0) {
        report({ id: "EMPTY_OBJECT_PRINCIPAL", path: at, detail: `${element} names nobody` });
      }
      for (const [kind, names] of Object.entries(value)) {
        if (!isEmptyList(names)) continue;
        report({
          id: "EMPTY_ARRAY_PRINCIPAL",
          path: [...at, kind],
          detail: `${kind} of ${element} is an empty list`,
        });
      }
    }
    if (!isObject(raw.Condition)) return;
    const at = [...path, "Condition"];
    if (Object.keys(raw.Condition).length === 0) {
      report({
        id: "EMPTY_OBJECT_CONDITION",
        path: at,
        detail: "Condition is empty: it always holds",
      });
    }
    for (const [text, block] of Object.entries(raw.Condition)) {
      if (!isObject(block)) continue;
      if (Object.keys(block).length === 0) {
        report({
          id: "EMPTY_OBJECT_CONDITION",
          path: [...at, text],
          detail: `${text} has no condition keys: it always holds`,
        });
      }
      const { qualifier, ifExists } = parseOperator(text);
      for (const [key, values] of Object.entries(block)) {
        if (!isEmptyList(values)) continue;
        const kind = qualifier ? `_${qualifier.toUpperCase()}` : ifExists ? "_IFEXISTS" : "";
        report({
          id: `EMPTY_ARRAY_CONDITION${kind}`,
          path: [...at, text, key],
          detail: `${key} is compared with an empty list`,
        });
      }
    }
  },
};
