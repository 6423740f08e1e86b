/**
 * Building blocks of policy documents, with completion for the names of actions.
 *
 * @module
 */
import { expandAction } from "lib/iam/actions.ts";
import { findService, servicePrefixes } from "lib/iam/aws/data.ts";
import type { ActionName } from "lib/iam/tables/action_names.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { Problems } from "lib/schema/problem.ts";

/** An action of the services that are used most, completed by editors, or any other, or a pattern. */
export type Action = ActionName | "*" | (`${string}:${string}` & Record<never, never>);

/** Text, or a Pulumi Output of text, told by its shape so that nothing of Pulumi is loaded. */
export type Text = string | { apply(transform: (value: string) => unknown): unknown };

/** One of something, or a list. */
export type OneOrMore<T> = T | readonly T[];

/** Who a statement is about; `"*"` is everyone. */
export type Principals = "*" | {
  readonly AWS?: OneOrMore<Text>;
  readonly Service?: OneOrMore<string>;
  readonly Federated?: OneOrMore<Text>;
  readonly CanonicalUser?: OneOrMore<string>;
};

/** Operator → condition key → values. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, OneOrMore<Text | number | boolean>>>>
>;

/** What a statement is made from. */
export interface StatementOptions {
  /** Letters and digits. */
  readonly sid?: string;
  /** Default `Allow`. */
  readonly effect?: "Allow" | "Deny";
  /** What is allowed or denied: `s3:GetObject`. */
  readonly actions?: OneOrMore<Action>;
  /** All but these. */
  readonly notActions?: OneOrMore<Action>;
  /** ARNs; a trust policy has none. */
  readonly resources?: OneOrMore<Text>;
  /** All but these. */
  readonly notResources?: OneOrMore<Text>;
  /** Who, in a resource's or a trust policy. */
  readonly principals?: Principals;
  /** When, by operator and key. */
  readonly conditions?: Conditions;
}

/** A statement of a policy document, as IAM spells it. */
export interface PolicyStatement {
  /** The statement's name. */
  readonly Sid?: string;
  /** Whether it allows or denies. */
  readonly Effect: "Allow" | "Deny";
  /** Who. */
  readonly Principal?: Principals;
  /** What. */
  readonly Action?: OneOrMore<string>;
  /** All but this. */
  readonly NotAction?: OneOrMore<string>;
  /** On what. */
  readonly Resource?: OneOrMore<Text>;
  /** On all but this. */
  readonly NotResource?: OneOrMore<Text>;
  /** When. */
  readonly Condition?: Conditions;
}

/** A policy document. */
export interface PolicyDocumentObject {
  /** The language's version. */
  readonly Version: "2012-10-17";
  /** In order. */
  readonly Statement: readonly PolicyStatement[];
}

function checkAction(action: string): string[] {
  const expansion = expandAction(action);
  switch (expansion.kind) {
    case "all":
      return [];
    case "no-service":
      return [`"${action}" is no action: it needs one colon, as in "s3:GetObject"`];
    case "unknown-service":
      return [
        `"${action}": no service has the prefix "${expansion.prefix}"${
          didYouMean(expansion.prefix, servicePrefixes())
        }`,
      ];
    case "actions": {
      if (expansion.actions.length > 0) return [];
      const names = [...findService(expansion.prefix)!.actions.values()].map(({ name }) => name);
      const name = action.slice(action.indexOf(":") + 1);
      return [`"${action}" is, or matches, no action${didYouMean(name, names)}`];
    }
  }
}

/**
 * Makes a statement.
 *
 * @throws {Problems} naming every action that does not exist, with the nearest that does
 */
export function statement(options: StatementOptions): PolicyStatement {
  const { sid, effect = "Allow", principals, actions, notActions, resources } = options;
  const problems = [actions ?? [], notActions ?? []].flat(2).flatMap(checkAction);
  if (problems.length > 0) throw new Problems(problems);
  return {
    ...sid === undefined ? {} : { Sid: sid },
    Effect: effect,
    ...principals === undefined ? {} : { Principal: principals },
    ...actions === undefined ? {} : { Action: actions },
    ...notActions === undefined ? {} : { NotAction: notActions },
    ...resources === undefined ? {} : { Resource: resources },
    ...options.notResources === undefined ? {} : { NotResource: options.notResources },
    ...options.conditions === undefined ? {} : { Condition: options.conditions },
  };
}

/** Makes a policy document of statements. */
export function policyDocument(
  ...statements: readonly (PolicyStatement | StatementOptions)[]
): PolicyDocumentObject {
  return {
    Version: "2012-10-17",
    Statement: statements.map((one) => "Effect" in one ? one : statement(one)),
  };
}
