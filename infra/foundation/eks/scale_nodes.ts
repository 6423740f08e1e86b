import type { StatementOptions } from "lib/iam/mod.ts";

/**
 * What the cluster autoscaler has to be allowed.
 *
 * @param cluster The cluster's name
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 */
export const scaleNodes = (cluster: string): StatementOptions[] => [
  {
    actions: [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ],
    resources: "*",
  },
  { actions: "eks:DescribeNodegroup", resources: `arn:aws:eks:*:*:nodegroup/${cluster}/*` },
  {
    actions: [
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ],
    // EKS names and tags the groups of its node groups so.
    resources: "arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/eks-*",
    conditions: { StringEquals: { "aws:ResourceTag/eks:cluster-name": cluster } },
  },
];
