import type { Rule } from "lib/iam/rule.ts";

/** A key, those of which one has to go with it, and why. */
const PAIRS: Readonly<Record<string, { readonly needs: readonly string[]; readonly why: string }>> =
  {
    "aws:vpcsourceip": {
      needs: [
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourcevpcarn",
        "aws:vpceaccount",
        "aws:vpceorgid",
      ],
      why: "addresses inside a VPC are not unique: say which VPC",
    },
    "aws:ec2instancesourceprivateipv4": {
      needs: ["aws:ec2instancesourcevpc"],
      why: "addresses inside a VPC are not unique: say which VPC",
    },
  };

const UNTRUSTWORTHY = ["aws:referer", "aws:useragent"];

/** Keys that say little alone, because they are not unique or because the caller writes them. */
export const pairedKeys: Rule = {
  ids: ["MISSING_PAIRED_CONDITION_KEYS", "UNTRUSTWORTHY_CONDITION_KEY"],
  statement(statement, _policy, report) {
    const names = statement.conditions.map(({ name }) => name);
    for (const { name, key, path } of statement.conditions) {
      const pair = PAIRS[name];
      if (pair && !pair.needs.some((other) => names.includes(other))) {
        report({ id: "MISSING_PAIRED_CONDITION_KEYS", path, detail: `${key} alone: ${pair.why}` });
      }
      const isForgeable = statement.effect === "Allow" && UNTRUSTWORTHY.includes(name) &&
        names.every((other) => UNTRUSTWORTHY.includes(other));
      if (isForgeable) {
        report({
          id: "UNTRUSTWORTHY_CONDITION_KEY",
          path,
          detail: `${key} is what the caller says it is`,
        });
      }
    }
  },
};
