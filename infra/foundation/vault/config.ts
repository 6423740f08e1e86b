import { z } from "zod";
import { GroupSize } from "infra/components/auto_scaling_settings.ts";
import { ServerCount } from "infra/components/server_cluster.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of Vault's servers. */
export const VaultConfig = AWSBase.extend({
  /** How many servers there are. Default 3. */
  servers: ServerCount.default(3),
  /** In place of the environment's own. */
  instanceTypes: GroupSize.shape.instanceTypes.optional(),
  /** GB of each server's disk, which holds all the data. Default 50. */
  volumeGb: z.int().min(20).max(1000).default(50),
  /** Days that the hourly snapshots are kept; Production's 30 at least. Default 30. */
  snapshotDays: z.int().min(1).max(365).default(30),
}).refine(
  ({ tags, snapshotDays }) =>
    snapshotDays >= 30 || !tags.Environment.toLowerCase().endsWith("production"),
  { message: "Production's snapshots are kept for 30 days at least", path: ["snapshotDays"] },
);

/** What others may read of Vault's servers. */
export const VaultOutputs = z.strictObject({
  /** Where Vault answers. */
  address: z.url({ protocol: /^https$/ }),
  /** Its host: what who logs in by AWS signs, so that nobody else can use the login. */
  host: z.string(),
  /** The group of servers: what an instance refresh names. */
  groupName: z.string(),
  /** How many servers there are. */
  servers: z.int(),
  /** The servers' role. */
  roleArn: z.string().startsWith("arn:aws:iam::"),
  /** The servers' security group: what lets Vault in, to make users there. */
  securityGroupId: z.string().startsWith("sg-"),
  /** Where snapshots are. */
  snapshotBucket: z.string(),
  /** The AMI that the servers start from. */
  imageId: z.string().startsWith("ami-"),
});
