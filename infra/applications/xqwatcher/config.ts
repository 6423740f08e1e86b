import { z } from "zod";
import { ContainerImage } from "infra/components/container_image.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of xqwatcher. */
export const XqwatcherConfig = AWSBase.extend({
  image: ContainerImage,
  /** How many graders run at once, 1 to 20. */
  replicas: z.int().min(1).max(20).default(1),
});

/** What others may read of xqwatcher. */
export const XqwatcherOutputs = z.strictObject({
  /** The Kubernetes namespace. */
  namespace: z.string(),
  /** The role that its pods assume. */
  roleArn: z.string().startsWith("arn:aws:iam::"),
});
