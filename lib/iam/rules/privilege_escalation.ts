import { findEscalations, type FoundEscalation, simplest } from "lib/iam/escalation.ts";
import type { Draft, Rule } from "lib/iam/rule.ts";

/** More than so many from one statement are one finding: such a statement gives everything anyway. */
const MAX_LISTED = 4;

/** The published ways from the statements' rights to more rights. */
export const privilegeEscalation: Rule = {
  ids: ["PRIVILEGE_ESCALATION"],
  policy({ statements, type }, report) {
    if (type !== "identity" && type !== "session") return;
    describeEscalations(findEscalations(statements)).forEach(report);
  },
};

/** Findings for escalations: one each, or one for a statement that allows many. */
export function describeEscalations(found: readonly FoundEscalation[]): Draft[] {
  const groups = new Map<string, FoundEscalation[]>();
  for (const one of simplest(found)) {
    const key = `${one.severity} ${one.statement.index}`;
    groups.set(key, [...groups.get(key) ?? [], one]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length > MAX_LISTED ? [describe(group)] : group.map((one) => describe([one]))
  );
}

function describe(group: readonly FoundEscalation[]): Draft {
  const [{ escalation, severity, statement, resources }] = group;
  const limits = severity === "LOW"
    ? ", though only to the caller's own user or under a condition"
    : "";
  const names = group.slice(0, MAX_LISTED).map((one) => one.escalation.name).join("; ");
  return {
    id: "PRIVILEGE_ESCALATION",
    path: statement.path,
    severity,
    detail: group.length === 1
      ? `${escalation.name}: ${escalation.actions.join(" and ")} ${
        escalation.actions.length === 1 ? "gives" : "together give"
      } more rights${limits}`
      : `${group.length} published escalations${limits}: ${names} and ${
        group.length - MAX_LISTED
      } more`,
    actions: [...new Set(group.flatMap((one) => one.escalation.actions))],
    resources,
  };
}
