import { formatNetwork, isPrivate, parseIpRange } from "lib/iam/ip.ts";
import type { Rule } from "lib/iam/rule.ts";

/** Address ranges in conditions. */
export const ipAddress: Rule = {
  ids: [
    "PRIVATE_IP_ADDRESS",
    "PRIVATE_NOT_IP_ADDRESS",
    "PRIVATE_IP_ADDRESS_SUBSET",
    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    "IMPROVE_IP_RANGE",
  ],
  statement(statement, _policy, report) {
    for (const { operator, name, key, values, path } of statement.conditions) {
      if (operator.facts?.operand !== "IpAddress") continue;
      const ranges = values.flatMap((value) => {
        const range = parseIpRange(value.text);
        return range ? [{ value, range }] : [];
      });
      for (const { value, range } of ranges) {
        if (range.address === range.network) continue;
        report({
          id: "IMPROVE_IP_RANGE",
          path: value.path,
          detail: `"${value.text}" is the range ${formatNetwork(range)}`,
          nearest: formatNetwork(range),
        });
      }
      const hidden = ranges.filter(({ range }) => isPrivate(range));
      if (name !== "aws:sourceip" || hidden.length === 0) continue;
      const suffix = hidden.length === values.length ? "" : "_SUBSET";
      report({
        id: `PRIVATE_${operator.facts.negated ? "NOT_" : ""}IP_ADDRESS${suffix}`,
        path: suffix ? hidden[0].value.path : path,
        detail: `${key} is never ${hidden.map(({ value }) => value.text).slice(0, 5).join(", ")}`,
      });
    }
  },
};
