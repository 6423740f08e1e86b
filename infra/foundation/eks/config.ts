import { z } from "zod";
import { EksClusterArgs } from "infra/components/eks_cluster.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** `Pulumi.<stack>.yaml` of the clusters. */
export const EksConfig = AWSBase.extend({
  /** The environment's cluster. */
  cluster: EksClusterArgs,
  /** Who hears of certificates that are about to expire. */
  certificateContact: z.email(),
  /** How many pods of APISIX take requests. */
  gatewayReplicas: z.int().min(1).max(20).default(2),
});

/** What others may read of the clusters. */
export const EksOutputs = z.strictObject({
  /** The cluster's name. */
  clusterName: z.string(),
  /** For providers: logs in by the AWS CLI and holds no credentials. */
  kubeconfig: z.string().startsWith("{"),
  /** What service accounts' roles trust. */
  oidcProviderArn: z.string().startsWith("arn:aws:iam::"),
  /** The security group of its nodes: what databases let in. */
  securityGroupId: z.string(),
  /** The mount of Vault's Kubernetes auth method: `k8s-applications-qa`. */
  vaultAuthMount: z.string().startsWith("k8s-"),
  /** Where Vault answers. */
  vaultAddress: z.url(),
  /** The domain whose hosts APISIX has a certificate for. */
  domain: z.string(),
});
