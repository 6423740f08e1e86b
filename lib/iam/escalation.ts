import { type Grant, grantsOf, isSelf, isUnscoped } from "lib/iam/effective.ts";
import { hasWildcard } from "lib/iam/glob.ts";
import type { Severity } from "lib/iam/finding.ts";
import type { Statement } from "lib/iam/policy.ts";
import { type Escalation, ESCALATIONS } from "lib/iam/tables/escalations.ts";

/** An escalation that statements allow. */
export interface FoundEscalation {
  readonly escalation: Escalation;
  readonly severity: Severity;
  /** The statement that allows the deciding action. */
  readonly statement: Statement;
  readonly resources: readonly string[];
}

/** Whether a grant of `iam:PassRole` reaches one of the services that the escalation needs. */
function reaches(grant: Grant, passedTo: readonly string[]): boolean {
  return grant.conditions.every(({ name, operator, values }) => {
    if (name !== "iam:passedtoservice" || !operator.facts || operator.facts.operand !== "String") {
      return true;
    }
    const isNamed = values.some(({ text }) =>
      passedTo.some((service) =>
        text === service || text === "*" ||
        operator.facts!.wildcards && text.includes("*") &&
          service.endsWith(text.replace(/^\*+/, ""))
      )
    );
    return operator.facts.negated ? !isNamed : isNamed;
  });
}

const ORDER: readonly Severity[] = ["HIGH", "MEDIUM", "LOW"];

/** How bad it is that the deciding action is granted so; `undefined` when it is narrowed enough. */
function judge({ resources, conditions }: Grant): Severity | undefined {
  const open = resources.filter(isUnscoped);
  if (open.length === 0) return undefined;
  if (open.every(isSelf)) return "LOW";
  return conditions.some(({ name }) => name !== "iam:passedtoservice") ? "LOW" : "HIGH";
}

const serviceOf = (action: string) => action.slice(0, action.indexOf(":"));

/** The services of each escalation's actions. */
const SERVICES = ESCALATIONS.map(({ actions }) => [...new Set(actions.map(serviceOf))]);

/** The services that statements allow anything of; `undefined` for any service. */
function servicesOf(statements: readonly Statement[]): Set<string> | undefined {
  const found = new Set<string>();
  for (const { effect, actions, notActions } of statements) {
    if (effect !== "Allow") continue;
    if (notActions) return undefined;
    for (const { text } of actions) {
      const service = serviceOf(text).toLowerCase();
      if (!text.includes(":") || hasWildcard(service)) return undefined;
      found.add(service);
    }
  }
  return found;
}

/**
 * The published privilege escalations that statements allow together.
 *
 * The deciding action is what touches IAM (PassRole, AttachRolePolicy…), or every action where none does;
 * it has to be open: not narrowed to named resources of one account, to the caller's own user, by a
 * condition, or by `iam:PassedToService` to services that do not help.
 */
export function findEscalations(statements: readonly Statement[]): FoundEscalation[] {
  const cache = new Map<string, Grant[]>();
  const grants = (key: string) => {
    const known = cache.get(key) ?? grantsOf(statements, key);
    cache.set(key, known);
    return known;
  };
  const services = servicesOf(statements);
  return ESCALATIONS.flatMap((escalation, index) => {
    const { actions, passedTo } = escalation;
    if (services && !SERVICES[index].every((service) => services.has(service))) return [];
    if (actions.some((action) => grants(action).length === 0)) return [];
    const iam = actions.filter((action) => action.startsWith("iam:"));
    const deciding = iam.length > 0 ? iam : actions;
    let worst: { severity: Severity; grant: Grant } | undefined;
    for (const action of deciding) {
      const judged = grants(action)
        .filter((grant) => action !== "iam:passrole" || reaches(grant, passedTo ?? []))
        .flatMap((grant) => {
          const severity = judge(grant);
          return severity ? [{ severity, grant }] : [];
        })
        .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))[0];
      if (judged === undefined) return [];
      // All are needed, so the mildest decides.
      if (!worst || ORDER.indexOf(judged.severity) > ORDER.indexOf(worst.severity)) worst = judged;
    }
    const { severity, grant } = worst!;
    return [{ escalation, severity, statement: grant.statement, resources: grant.resources }];
  });
}

/** Leaves out escalations whose actions another found one needs only some of. */
export function simplest(found: readonly FoundEscalation[]): FoundEscalation[] {
  return found.filter(({ escalation, severity }) =>
    !found.some((other) =>
      other.escalation !== escalation &&
      other.escalation.actions.length < escalation.actions.length &&
      ORDER.indexOf(other.severity) <= ORDER.indexOf(severity) &&
      other.escalation.actions.every((action) => escalation.actions.includes(action))
    )
  );
}
