import type { Rule } from "lib/iam/rule.ts";

/** What service control policies cannot say. */
export const scp: Rule = {
  ids: ["SCP_SYNTAX_ERROR_ACTION_WILDCARD"],
  statement(statement, { type }, report) {
    if (type !== "scp") return;
    for (const { text, path } of [...statement.actions, ...statement.notActions ?? []]) {
      const name = text.slice(text.indexOf(":") + 1);
      if (!/[*?]./.test(name) || text === "*") continue;
      report({
        id: "SCP_SYNTAX_ERROR_ACTION_WILDCARD",
        path,
        detail: `"${text}" has a wildcard before its end`,
        actions: [text],
      });
    }
  },
};
