import type { Rule } from "lib/iam/rule.ts";

/** Statement ids: unique, and of letters and digits only. */
export const sid: Rule = {
  ids: ["DUPLICATE_SID", "INVALID_SID", "EMPTY_SID_VALUE"],
  policy({ statements, type }, report) {
    const seen = new Set<string>();
    for (const { sid, path } of statements) {
      if (sid === undefined) continue;
      const at = [...path, "Sid"];
      if (sid === "") {
        report({ id: "EMPTY_SID_VALUE", path: at, detail: "The Sid is empty" });
        continue;
      }
      if (seen.has(sid)) {
        report({
          id: "DUPLICATE_SID",
          code: type === "resource" ? "UNIQUE_SIDS_RECOMMENDED" : "UNIQUE_SIDS_REQUIRED",
          path: at,
          detail: `The Sid "${sid}" is that of an earlier statement`,
        });
      }
      seen.add(sid);
      if (!/^[0-9A-Za-z]*$/.test(sid)) {
        report({
          id: "INVALID_SID",
          code: "UNSUPPORTED_SID",
          path: at,
          detail: `The Sid "${sid}" has characters other than letters and digits${
            type === "resource" ? ", which only some services take" : ""
          }`,
        });
      }
    }
  },
};
