import { isObject } from "lib/iam/policy.ts";
import type { Policy } from "lib/iam/policy.ts";
import type { PolicyType } from "lib/iam/policy_type.ts";
import type { Rule } from "lib/iam/rule.ts";

/** The most characters of a policy, whitespace outside strings not counted. */
export interface SizeLimit {
  readonly characters: number;
  readonly what: string;
}

/**
 * IAM's quotas that cannot be raised; a role's trust policy has 2,048 by default and 8,192 at most.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html}
 */
export const SIZE_LIMITS: Readonly<Record<PolicyType, SizeLimit>> = {
  identity: { characters: 6144, what: "a managed policy" },
  session: { characters: 2048, what: "a session policy" },
  trust: { characters: 2048, what: "a trust policy" },
  resource: { characters: 20_480, what: "a bucket policy, the longest of resource policies" },
  endpoint: { characters: 20_480, what: "an endpoint policy" },
  scp: { characters: 5120, what: "a service control policy" },
  rcp: { characters: 5120, what: "a resource control policy" },
};

const IDS: Readonly<Record<PolicyType, string>> = {
  identity: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
  session: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
  trust: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
  resource: "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
  endpoint: "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
  scp: "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
  rcp: "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
};

/** The characters that IAM counts. */
export function policySize(document: unknown): number {
  return JSON.stringify(document)?.length ?? 0;
}

/** The length that IAM takes of each kind of policy. */
export const size: Rule = {
  ids: [...new Set(Object.values(IDS))],
  policy({ document, type, textLength }: Policy, report) {
    if (!isObject(document)) return;
    const { characters, what } = SIZE_LIMITS[type];
    if (textLength !== undefined && textLength <= characters) return;
    const actual = policySize(document);
    if (actual <= characters) return;
    report({
      id: IDS[type],
      path: [],
      detail: `The policy has ${actual} characters: ${what} takes ${characters}`,
    });
  },
};
