/** The kinds of policy documents that IAM knows; what may stand in one depends on it. */
export const POLICY_TYPES = [
  "identity",
  "resource",
  "trust",
  "session",
  "scp",
  "rcp",
  "endpoint",
] as const;
/**
 * `identity` on a user, group or role; `resource` on a bucket, key, queue…; `trust` who may assume a
 * role; `session` passed to AssumeRole; `scp` and `rcp` of an organization; `endpoint` of a VPC.
 */
export type PolicyType = typeof POLICY_TYPES[number];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTrustAction = (action: unknown) =>
  typeof action === "string" &&
  /^sts:(AssumeRole|TagSession|SetSourceIdentity|SetContext)/i.test(action);

/**
 * The type of a policy that was not told: a principal makes it a resource policy, and one without any
 * resource, or about assuming roles only, a trust policy; everything else is an identity policy.
 *
 * Session, service and resource control and endpoint policies look like others and have to be said.
 */
export function inferPolicyType(document: unknown): PolicyType {
  if (!isObject(document)) return "identity";
  const statements = [document.Statement].flat().filter(isObject);
  const hasPrincipal = (statement: Record<string, unknown>) =>
    "Principal" in statement || "NotPrincipal" in statement;
  if (!statements.some(hasPrincipal)) {
    const onlyTrust = statements.length > 0 &&
      statements.every((statement) =>
        !("Resource" in statement) && !("NotResource" in statement) &&
        [statement.Action].flat().some(isTrustAction)
      );
    return onlyTrust ? "trust" : "identity";
  }
  const named = statements.filter(hasPrincipal);
  const noResource = named.every((statement) =>
    !("Resource" in statement) && !("NotResource" in statement)
  );
  const actionsOf = (statement: Record<string, unknown>) =>
    [statement.Action ?? statement.NotAction ?? []].flat();
  const actions = named.flatMap(actionsOf);
  const federated = named.some((statement) =>
    isObject(statement.Principal) && "Federated" in statement.Principal
  );
  if (actions.length > 0 && actions.every(isTrustAction)) return "trust";
  const isForeign = (action: unknown) =>
    typeof action === "string" && /^[a-z0-9-]+:/i.test(action) && !/^sts/i.test(action);
  if (noResource && !actions.some(isForeign)) return "trust";
  return federated && !actions.some(isForeign) ? "trust" : "resource";
}
