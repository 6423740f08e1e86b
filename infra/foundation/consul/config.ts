import { z } from "zod";
import { GroupSize } from "infra/components/auto_scaling_settings.ts";
import { ServerCount } from "infra/components/server_cluster.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of Consul. */
export const ConsulConfig = AWSBase.extend({
  /** How many servers there are. Default 3. */
  servers: ServerCount.default(3),
  /** In place of the environment's own. */
  instanceTypes: GroupSize.shape.instanceTypes.optional(),
  /** Where agents find services: the last word but one of `web.service.<datacenter>.consul`. */
  datacenter: z.string().regex(
    /^[a-z0-9-]{1,40}$/,
    "must be lower-case letters, digits and dashes",
  ),
});

/** What others may read of Consul. */
export const ConsulOutputs = z.strictObject({
  /** The group of servers: what an instance refresh names. */
  groupName: z.string(),
  /** What agents put in `retry_join`: finds the servers by a tag. */
  retryJoin: z.string().startsWith("provider=aws "),
  /** The datacenter. */
  datacenter: z.string(),
  /** The AMI that the servers start from. */
  imageId: z.string().startsWith("ami-"),
});
