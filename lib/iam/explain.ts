/**
 * What a policy grants, in plain words.
 *
 * @module
 */
import { expandAction, type KnownAction } from "lib/iam/actions.ts";
import { serviceNames } from "lib/iam/aws/data.ts";
import { isStar } from "lib/iam/resources.ts";
import { type Condition, type Policy, readPolicy, type Statement } from "lib/iam/policy.ts";
import type { PolicyType } from "lib/iam/policy_type.ts";

/** Access levels, mildest first. */
export const ACCESS_LEVELS = [
  "List",
  "Read",
  "Tagging",
  "Write",
  "Permissions management",
] as const;
/** How much an action can do. */
export type AccessLevel = typeof ACCESS_LEVELS[number];

/** A service's share of a statement. */
export interface ExplainedService {
  /** `s3` */
  readonly prefix: string;
  /** `Amazon S3` */
  readonly name: string;
  /** Names of actions without prefix by access level; levels without any are left out. */
  readonly actions: Partial<Record<AccessLevel, readonly string[]>>;
  /** Whether it is all of the service's actions. */
  readonly isWhole: boolean;
}

/** A statement in words and numbers. */
export interface ExplainedStatement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny" | "nothing";
  /** `Everyone`, `The service s3.amazonaws.com`… or `Whoever has the policy`. */
  readonly who: string;
  /** Whether the listed actions are those that are left out. */
  readonly allExcept: boolean;
  readonly services: readonly ExplainedService[];
  /** Patterns that stand for every action, or for none that exists. */
  readonly others: readonly string[];
  readonly resources: string;
  /** Each `key is …`; all have to hold. */
  readonly conditions: readonly string[];
}

/** A policy, explained. */
export interface ExplainedPolicy {
  readonly type: PolicyType;
  readonly statements: readonly ExplainedStatement[];
}

/** The strongest of an action's levels: `Permissions management, Write` → `Permissions management`. */
export function accessLevel({ details }: KnownAction): AccessLevel {
  const levels = details.accessLevel.split(", ");
  return [...ACCESS_LEVELS].reverse().find((level) =>
    level === "Tagging" || level === "Write"
      ? levels.includes(level) && !(level === "Write" && levels.includes("Tagging"))
      : levels.includes(level)
  ) ?? "Write";
}

/** Explains a parsed document. */
export function explainPolicy(document: unknown, type?: PolicyType): ExplainedPolicy {
  const policy = readPolicy(document, type);
  return {
    type: policy.type,
    statements: policy.statements.map((statement) => explainStatement(statement, policy)),
  };
}

function explainStatement(statement: Statement, policy: Policy): ExplainedStatement {
  const listed = statement.notActions ?? statement.actions;
  const found = new Map<string, KnownAction>();
  const others: string[] = [];
  for (const { text } of listed) {
    const expansion = expandAction(text);
    if (expansion.kind !== "actions" || expansion.actions.length === 0) others.push(text);
    else for (const action of expansion.actions) found.set(action.key, action);
  }
  const byService = Map.groupBy(found.values(), ({ prefix }) => prefix);
  return {
    ...statement.sid ? { sid: statement.sid } : {},
    effect: statement.effect ?? "nothing",
    who: describeWho(statement, policy),
    allExcept: statement.notActions !== undefined,
    services: [...byService].map(([prefix, actions]) => explainService(prefix, actions)),
    others,
    resources: describeResources(statement, policy),
    conditions: statement.conditions.map(describeCondition),
  };
}

function explainService(prefix: string, actions: readonly KnownAction[]): ExplainedService {
  const byLevel = Map.groupBy(actions, accessLevel);
  const all = expandAction(`${prefix}:*`);
  return {
    prefix,
    name: serviceNames()[prefix] ?? prefix,
    isWhole: all.kind === "actions" && all.actions.length === actions.length,
    actions: Object.fromEntries(
      ACCESS_LEVELS.filter((level) => byLevel.has(level)).map((level) => [
        level,
        byLevel.get(level)!.map(({ details }) => details.name).sort(),
      ]),
    ),
  };
}

const join = (words: readonly string[], last = "or") =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;

function describeWho(statement: Statement, { type }: Policy): string {
  const names = (list: Statement["principals"]) =>
    join(
      list.map(({ kind, text }) => {
        if (text === "*") return "everyone";
        const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(text)?.[1];
        if (account) return `account ${account}`;
        if (kind === "Service") return `the service ${text}`;
        if (kind === "Federated") return `users of ${text.replace(/^.*-provider\//, "")}`;
        return text;
      }),
      "and",
    );
  const said = statement.notPrincipals
    ? `everyone but ${names(statement.notPrincipals)}`
    : statement.principals.length > 0
    ? names(statement.principals)
    : type === "scp" || type === "rcp"
    ? "the accounts of the organization"
    : "whoever has the policy";
  return said[0].toUpperCase() + said.slice(1);
}

function describeResources(statement: Statement, { type }: Policy): string {
  if (statement.notResources) {
    return `everything but ${join(statement.notResources.map(({ text }) => text), "and")}`;
  }
  if (statement.resources.length === 0) {
    return type === "trust" ? "the role" : "what the policy is on";
  }
  if (statement.resources.some(({ text }) => isStar(text))) {
    return type === "resource" ? "what the policy is on" : "everything";
  }
  return join(statement.resources.map(({ text }) => text), "and");
}

const WORDS: Readonly<Record<string, string>> = {
  LessThan: "less than",
  LessThanEquals: "at most",
  GreaterThan: "more than",
  GreaterThanEquals: "at least",
};

function describeCondition({ operator, key, values }: Condition): string {
  const { facts, ifExists, qualifier, text } = operator;
  if (!facts) return `${key} ${text} ${join(values.map((value) => value.text))}`;
  const listed = join(values.map((value) => value.text));
  if (facts.name === "Null") {
    return `${key} is ${values.every((value) => /true/i.test(value.text)) ? "absent" : "there"}`;
  }
  const date = facts.operand === "Date"
    ? {
      LessThan: "before",
      LessThanEquals: "until",
      GreaterThan: "after",
      GreaterThanEquals: "from",
    }
    : undefined;
  const suffix = facts.name.replace(/^(Numeric|Date)/, "") as keyof typeof date;
  const comparison = date?.[suffix] ?? WORDS[suffix] ??
    `${facts.negated ? "not " : ""}${facts.wildcards ? "like " : ""}`.trimEnd();
  const what = qualifier === "ForAllValues"
    ? `each value of ${key}`
    : qualifier === "ForAnyValue"
    ? `some value of ${key}`
    : key;
  return `${what} is ${comparison ? `${comparison} ` : ""}${listed || "(nothing)"}${
    ifExists ? ", or absent" : ""
  }`;
}

const MAX_NAMED = 12;

/** The explanation as lines of text. */
export function formatExplanation({ type, statements }: ExplainedPolicy): string[] {
  const kinds = { scp: "Service control", rcp: "Resource control" } as Record<string, string>;
  const kind = kinds[type] ?? type[0].toUpperCase() + type.slice(1);
  const lines = [
    `${kind} policy with ${statements.length} statement${statements.length === 1 ? "" : "s"}`,
  ];
  statements.forEach((one, index) => {
    const verb = { Allow: "may", Deny: "may not", nothing: "(no effect said)" }[one.effect];
    const isAll = !one.allExcept && one.others.includes("*");
    const what = isAll
      ? "do everything"
      : one.allExcept
      ? one.effect === "Deny" ? "do anything but" : "do everything but"
      : "do";
    lines.push(
      "",
      `${index + 1}. ${one.sid ? `${one.sid}: ` : ""}${one.who} ${verb} ${what}${isAll ? "" : ":"}`,
    );
    for (const service of isAll ? [] : one.services) {
      lines.push(`   ${service.name} (${service.prefix})${service.isWhole ? ", all of it" : ""}`);
      for (const [level, names] of Object.entries(service.actions)) {
        const shown = names.slice(0, MAX_NAMED).join(", ");
        const more = names.length - MAX_NAMED;
        lines.push(`     ${level}: ${shown}${more > 0 ? ` and ${more} more` : ""}`);
      }
    }
    const rest = one.others.filter((pattern) => pattern !== "*");
    if (rest.length > 0) lines.push(`   No known action: ${rest.join(", ")}`);
    lines.push(`   on ${one.resources}`);
    one.conditions.forEach((condition, at) =>
      lines.push(`   ${at === 0 ? "if" : "and"} ${condition}`)
    );
  });
  return lines;
}
