import { z } from "zod";
import { GroupSize } from "infra/components/auto_scaling_settings.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of codejail. */
export const CodejailConfig = AWSBase.extend({
  /** In place of the environment's own size. */
  machines: GroupSize.partial().default({}),
  /** Days after which a machine is replaced: what learners' code left goes with it, 1 to 30. */
  maxLifetimeDays: z.int().min(1).max(30).default(7),
});

/** What others may read of codejail. */
export const CodejailOutputs = z.strictObject({
  /** The group of machines: what an instance refresh names. */
  groupName: z.string(),
  /** The machines' security group: what lets in who sends them code. */
  securityGroupId: z.string().startsWith("sg-"),
  /** The AMI that the machines start from. */
  imageId: z.string().startsWith("ami-"),
});
