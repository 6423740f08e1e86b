/**
 * A policy document as the rules see it: whatever has the wrong shape is left out here and reported by
 * the rule about structure, so that no other rule has to look out for it.
 *
 * @module
 */
import type { Path } from "lib/iam/finding.ts";
import { type Operator, parseOperator } from "lib/iam/operators.ts";
import { inferPolicyType, type PolicyType } from "lib/iam/policy_type.ts";

/** A string of a policy and where it stands. */
export interface Entry {
  readonly text: string;
  readonly path: Path;
}

/** A principal: `AWS`, `Service`, `Federated`, `CanonicalUser`, another key, or `*` on its own. */
export interface Principal extends Entry {
  readonly kind: string;
}

/** One key of one operator of a condition. */
export interface Condition {
  readonly operator: Operator;
  /** As written: `aws:SourceArn`. */
  readonly key: string;
  /** Lower case, for comparisons. */
  readonly name: string;
  /** Booleans and numbers as their text; `native` tells. */
  readonly values: readonly (Entry & { readonly native: boolean })[];
  /** Whether the values are written as a list. */
  readonly isList: boolean;
  readonly path: Path;
}

/** One statement. */
export interface Statement {
  readonly index: number;
  readonly path: Path;
  readonly sid?: string;
  readonly effect?: "Allow" | "Deny";
  readonly actions: readonly Entry[];
  /** `undefined` when the statement has no `NotAction`; likewise for the other `not…`. */
  readonly notActions?: readonly Entry[];
  readonly resources: readonly Entry[];
  readonly notResources?: readonly Entry[];
  readonly principals: readonly Principal[];
  readonly notPrincipals?: readonly Principal[];
  readonly conditions: readonly Condition[];
  /** The element as it stands. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A policy document, taken apart. */
export interface Policy {
  readonly type: PolicyType;
  /** Whether the type was said rather than inferred. */
  readonly isTypeKnown: boolean;
  /** The document as it stands: any JSON value. */
  readonly document: unknown;
  readonly version?: string;
  readonly statements: readonly Statement[];
  /** Characters of the text that it came as, whitespace included; absent for objects. */
  readonly textLength?: number;
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function entries(value: unknown, path: Path): Entry[] {
  if (typeof value === "string") return [{ text: value, path }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, index) =>
    typeof item === "string" ? [{ text: item, path: [...path, index] }] : []
  );
}

function principals(value: unknown, path: Path): Principal[] {
  if (!isObject(value)) {
    return entries(value, path).map((entry) => ({ ...entry, kind: "*" }));
  }
  return Object.entries(value).flatMap(([kind, names]) =>
    entries(names, [...path, kind]).map((entry) => ({ ...entry, kind }))
  );
}

function conditions(value: unknown, path: Path): Condition[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([text, block]) => {
    if (!isObject(block)) return [];
    const operator = parseOperator(text);
    return Object.entries(block).map(([key, values]): Condition => {
      const at = [...path, text, key];
      const list = Array.isArray(values) ? values : [values];
      return {
        operator,
        key,
        name: key.toLowerCase(),
        isList: Array.isArray(values),
        path: at,
        values: list.flatMap((item, index) =>
          typeof item === "string" || typeof item === "number" || typeof item === "boolean"
            ? [{
              text: String(item),
              native: typeof item !== "string",
              path: Array.isArray(values) ? [...at, index] : at,
            }]
            : []
        ),
      };
    });
  });
}

function readStatement(raw: Record<string, unknown>, index: number, path: Path): Statement {
  const optional = <T>(key: string, read: (value: unknown, path: Path) => T) =>
    key in raw ? read(raw[key], [...path, key]) : undefined;
  return {
    index,
    path,
    raw,
    sid: typeof raw.Sid === "string" ? raw.Sid : undefined,
    effect: raw.Effect === "Allow" || raw.Effect === "Deny" ? raw.Effect : undefined,
    actions: entries(raw.Action, [...path, "Action"]),
    notActions: optional("NotAction", entries),
    resources: entries(raw.Resource, [...path, "Resource"]),
    notResources: optional("NotResource", entries),
    principals: principals(raw.Principal, [...path, "Principal"]),
    notPrincipals: optional("NotPrincipal", principals),
    conditions: conditions(raw.Condition, [...path, "Condition"]),
  };
}

/** Takes any JSON value apart. */
export function readPolicy(document: unknown, type?: PolicyType, textLength?: number): Policy {
  const raw = isObject(document) ? document : {};
  const list = Array.isArray(raw.Statement) ? raw.Statement : [raw.Statement];
  return {
    type: type ?? inferPolicyType(document),
    isTypeKnown: type !== undefined,
    document,
    textLength,
    version: typeof raw.Version === "string" ? raw.Version : undefined,
    statements: list.flatMap((item, index) =>
      isObject(item)
        ? [readStatement(
          item,
          index,
          Array.isArray(raw.Statement) ? ["Statement", index] : ["Statement"],
        )]
        : []
    ),
  };
}
