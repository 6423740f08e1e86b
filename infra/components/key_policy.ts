import { policyDocument } from "lib/iam/mod.ts";

/**
 * Who may use a KMS key: whoever the account's own policies let, and services on behalf of the account.
 *
 * @param account The account's number
 * @param services Services that encrypt with it what they publish or keep: `sns`. Default none
 * @returns The key's policy, in which `*` is that key alone
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function keyPolicy(account: string, services: readonly string[] = []): string {
  return JSON.stringify(policyDocument(
    {
      sid: "AccountPoliciesDecide",
      principals: { AWS: `arn:aws:iam::${account}:root` },
      actions: "kms:*",
      resources: "*",
    },
    ...(services.length === 0 ? [] : [{
      sid: "Services",
      principals: { Service: services.map((service) => `${service}.amazonaws.com`) },
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"] as const,
      resources: "*",
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }]),
  ));
}
