/**
 * Everything that a role is allowed by its policies together.
 *
 * @module
 */
import { CATALOGUE } from "lib/iam/catalogue.ts";
import { policyDocumentsOf } from "lib/iam/documents.ts";
import { findEscalations, simplest } from "lib/iam/escalation.ts";
import type { Finding } from "lib/iam/finding.ts";
import { parseJson } from "lib/iam/json/parse.ts";
import { readPolicy, type Statement } from "lib/iam/policy.ts";

/** A resource as the gate sees it: plain inputs, and outputs where they are known. */
export interface GateResource {
  /** Which resource: Pulumi's URN. */
  readonly urn: string;
  /** Its type's token: `aws:iam/role:Role`. */
  readonly type: string;
  /** What the program gave, as plain data. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What is known of the resource once made; default none. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A principal of IAM (a role, user or group) and what its policies say. */
export interface Holder {
  /** The role, user or group. */
  readonly urn: string;
  /** Every document that is attached to it. */
  readonly documents: readonly unknown[];
}

const HOLDERS: Readonly<
  Record<string, { readonly by: string; readonly carriers: readonly string[] }>
> = {
  "aws:iam/role:Role": {
    by: "role",
    carriers: [
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ],
  },
  "aws:iam/user:User": {
    by: "user",
    carriers: [
      "aws:iam/userPolicy:UserPolicy",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    ],
  },
  "aws:iam/group:Group": {
    by: "group",
    carriers: [
      "aws:iam/groupPolicy:GroupPolicy",
      "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    ],
  },
};

/** The roles, users and groups among resources, with their inline and attached policies. */
export function holdersOf(resources: readonly GateResource[]): Holder[] {
  const identityDocuments = ({ type, inputs }: GateResource) =>
    policyDocumentsOf(type, inputs).flatMap((found) =>
      found.type === "identity" ? [found.document] : []
    );
  const value = (resource: GateResource, key: string) =>
    resource.outputs?.[key] ?? resource.inputs[key];
  const attached = (arn: unknown) =>
    resources.filter((one) =>
      one.type === "aws:iam/policy:Policy" && arn !== undefined && value(one, "arn") === arn
    ).flatMap(identityDocuments);
  return resources.flatMap((holder) => {
    const kind = HOLDERS[holder.type];
    if (kind === undefined) return [];
    const names: unknown[] = [value(holder, "name"), value(holder, "id"), value(holder, "arn")]
      .filter((name) => name !== undefined);
    const own = resources.filter((one) =>
      kind.carriers.includes(one.type) && names.includes(one.inputs[kind.by])
    );
    const managed = [holder.inputs.managedPolicyArns ?? []].flat().flatMap(attached);
    return [{
      urn: holder.urn,
      documents: [
        ...identityDocuments(holder),
        ...managed,
        ...own.flatMap((one) => [...identityDocuments(one), ...attached(one.inputs.policyArn)]),
      ],
    }];
  });
}

const statementsOf = (document: unknown): readonly Statement[] =>
  readPolicy(typeof document === "string" ? parseJson(document).value : document, "identity")
    .statements;

/**
 * The privilege escalations that a holder's policies allow together, though none of them does alone.
 *
 * @param documents Identity policies: text or objects; unreadable ones count for nothing
 */
export function findUnionEscalations(documents: readonly unknown[]): Finding[] {
  if (documents.length < 2) return [];
  const parts = documents.map(statementsOf);
  const alone = new Set(
    parts.flatMap((statements) => findEscalations(statements).map(({ escalation }) => escalation)),
  );
  const { title, remedy } = CATALOGUE.PRIVILEGE_ESCALATION;
  return simplest(findEscalations(parts.flat()))
    .filter(({ escalation }) => !alone.has(escalation))
    .map(({ escalation, severity, resources }) => ({
      id: "PRIVILEGE_ESCALATION",
      severity,
      path: "$",
      title,
      detail: `${escalation.name}: ${
        escalation.actions.join(" and ")
      }, from several of its policies, together give more rights`,
      remedy,
      actions: escalation.actions,
      resources,
    }));
}
