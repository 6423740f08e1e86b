/**
 * What a set of statements allows, taken together: the union of a role's policies.
 *
 * @module
 */
import { splitArn } from "lib/iam/arn.ts";
import { covers, hasWildcard, matches } from "lib/iam/glob.ts";
import type { Condition, Statement } from "lib/iam/policy.ts";
import { isStar } from "lib/iam/resources.ts";

/** An action that a statement allows, on what no unconditional Deny takes away. */
export interface Grant {
  readonly statement: Statement;
  readonly resources: readonly string[];
  /** The conditions that narrow it, those that hold for everybody left out. */
  readonly conditions: readonly Condition[];
}

interface Matcher {
  readonly literals: ReadonlySet<string>;
  readonly patterns: readonly string[];
}

const matchers = new WeakMap<Statement, Matcher>();

function matcherOf(statement: Statement): Matcher {
  let matcher = matchers.get(statement);
  if (matcher === undefined) {
    const texts = (statement.notActions ?? statement.actions).map(({ text }) => text.toLowerCase());
    matcher = {
      literals: new Set(texts.filter((text) => !hasWildcard(text))),
      patterns: texts.filter(hasWildcard),
    };
    matchers.set(statement, matcher);
  }
  return matcher;
}

/** Whether a statement is about an action of a lower-case name. */
export function isAbout(statement: Statement, key: string): boolean {
  const { literals, patterns } = matcherOf(statement);
  const isListed = literals.has(key) || patterns.some((pattern) => matches(pattern, key));
  return statement.notActions ? !isListed : isListed;
}

const resourcesOf = (statement: Statement): readonly string[] =>
  statement.notResources ? ["*"] : statement.resources.map(({ text }) => text);

/** Conditions that stop nobody who has the credentials. */
const WEAK = ["aws:requestedregion", "aws:securetransport", "aws:viaawsservice", "aws:epochtime"];

/** The grants of an action of a lower-case name. */
export function grantsOf(statements: readonly Statement[], key: string): Grant[] {
  const about = statements.filter((statement) => isAbout(statement, key));
  const denied = about
    .filter((one) => one.effect === "Deny" && !("Condition" in one.raw) && !one.notResources)
    .flatMap(resourcesOf);
  return about.filter((one) => one.effect === "Allow").flatMap((statement) => {
    const resources = resourcesOf(statement)
      .filter((resource) => !denied.some((deny) => isStar(deny) || covers(deny, resource)));
    if (resources.length === 0) return [];
    const conditions = statement.conditions.filter(({ name }) => !WEAK.includes(name));
    return [{ statement, resources, conditions }];
  });
}

/** Whether some resource of an allowing statement is left after the unconditional denials. */
export const survives = (
  statements: readonly Statement[],
  statement: Statement,
  key: string,
): boolean =>
  !statements.some((one) => one.effect === "Deny") ||
  grantsOf(statements, key).some((grant) => grant.statement === statement);

/** Whether a resource is not narrowed to things of one account with a name that begins somehow. */
export function isUnscoped(resource: string): boolean {
  if (isStar(resource)) return true;
  const arn = splitArn(resource);
  if (arn === undefined) return resource.endsWith("*");
  if (arn.account.includes("*") || isStar(arn.service)) return true;
  const name = arn.resource.replace(/^[a-z-]+[/:]/i, "");
  return /^[*?/:]*$/.test(name);
}

/** Whether a resource is the caller's own: `user/${aws:username}`. */
export const isSelf = (resource: string): boolean => /\$\{aws:username\}/i.test(resource);
