import { z } from "zod";
import { VpcArgs } from "infra/components/vpc.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of the network. */
export const NetworkConfig = AWSBase.extend({
  /** The environment's VPC. */
  vpc: VpcArgs,
});

/** What others may read of the network. */
export const NetworkOutputs = z.strictObject({
  /** The VPC's id. */
  vpcId: z.string().startsWith("vpc-"),
  /** The VPC's network: `10.1.0.0/16`. */
  cidrBlock: z.string(),
  /** Subnets that reach the internet directly, one for each zone. */
  publicSubnetIds: z.array(z.string()).min(3),
  /** Subnets behind NAT, one for each zone. */
  privateSubnetIds: z.array(z.string()).min(3),
});
