import { z } from "zod";
import { CacheSize } from "infra/components/cache_settings.ts";
import { ContainerImage } from "infra/components/container_image.ts";
import { DatabaseSize } from "infra/components/database_settings.ts";
import { Replicas, Resources } from "infra/components/kubernetes_application/settings.ts";
import { organization } from "lib/organization.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

const OurHost = z.string().refine(
  (host) => host.endsWith(`.${organization.domain}`),
  `must end with .${organization.domain}`,
);

/** `Pulumi.<stack>.yaml` of learn. */
export const LearnConfig = AWSBase.extend({
  image: ContainerImage,
  /** Where it is reached; below the organization's domain, for which the cluster has a certificate. */
  host: OurHost,
  /** Where scripts, styles and pictures come from. */
  assetsHost: OurHost,
  /** How many pods answer requests. */
  web: z.strictObject({ replicas: Replicas, resources: Resources.prefault({}) }),
  /** How many pods take tasks from the queue; none while there are none. */
  worker: z.strictObject({
    /** At most. */
    max: z.int().min(1).max(50),
    resources: Resources.prefault({}),
  }),
  /** In place of the environment's own sizes. */
  database: DatabaseSize.default({}),
  /** In place of the environment's own sizes. */
  cache: CacheSize.default({}),
});

/** What others may read of learn. */
export const LearnOutputs = z.strictObject({
  /** Where it is reached. */
  url: z.url(),
  /** The Kubernetes namespace. */
  namespace: z.string(),
  /** Where learners' files are. */
  bucketName: z.string(),
  /** The role that its pods assume. */
  roleArn: z.string().startsWith("arn:aws:iam::"),
});
