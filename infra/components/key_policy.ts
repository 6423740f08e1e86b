import { policyDocument, type StatementOptions } from "lib/iam/mod.ts";

/** Whom a key lets in beside those whom the account's own policies let. */
export interface KeyUsers {
  /** Services that encrypt with it what they publish: `cloudwatch`. Default none. */
  readonly services?: readonly string[];
  /**
   * A service, with its region, through which everybody of the account may use it: `ec2.us-east-1` for disks,
   * which auto scaling makes by a role of AWS's own that no policy of the account reaches. Default none.
   */
  readonly through?: string;
}

/** Services that do not tell KMS for which account they encrypt; whose messages pass is for the topic's policy. */
const SILENT = ["events"];

/**
 * Who may use a KMS key: whoever the account's own policies let, and services.
 *
 * @param account The account's number
 * @returns The key's policy, in which `*` is that key alone
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function keyPolicy(account: string, { services = [], through }: KeyUsers = {}): string {
  return JSON.stringify(policyDocument(
    {
      sid: "AccountPoliciesDecide",
      principals: { AWS: `arn:aws:iam::${account}:root` },
      actions: "kms:*",
      resources: "*",
    },
    ...services.map((service): StatementOptions => ({
      sid: `Service${service[0].toUpperCase()}${service.slice(1).replaceAll(/[^a-z0-9]/g, "")}`,
      principals: { Service: `${service}.amazonaws.com` },
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
      resources: "*",
      ...(SILENT.includes(service)
        ? {}
        : { conditions: { StringEquals: { "aws:SourceAccount": account } } }),
    })),
    ...(through === undefined ? [] : [
      {
        sid: "ThroughService",
        principals: { AWS: "*" },
        actions: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        resources: "*",
        conditions: {
          StringEquals: {
            "kms:CallerAccount": account,
            "kms:ViaService": `${through}.amazonaws.com`,
          },
        },
      } satisfies StatementOptions,
    ]),
  ));
}
