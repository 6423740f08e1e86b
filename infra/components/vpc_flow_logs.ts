import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyDocument, trustPolicy } from "lib/iam/mod.ts";

/**
 * Has a VPC write its traffic to a log group, and makes the role that writes.
 *
 * @param name Starts every resource's name
 * @param retentionInDays Days that records are kept
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
export function logFlows(
  name: string,
  vpc: aws.ec2.Vpc,
  retentionInDays: number,
  parent: pulumi.CustomResourceOptions,
): void {
  const logs = new aws.cloudwatch.LogGroup(`${name}-flow-logs`, {
    name: `/vpc/${name}/flow-logs`,
    retentionInDays,
  }, parent);
  const role = new aws.iam.Role(`${name}-flow-logs`, {
    assumeRolePolicy: JSON.stringify(trustPolicy.service("vpc-flow-logs")),
  }, parent);
  new aws.iam.RolePolicy(`${name}-flow-logs`, {
    role: role.name,
    policy: logs.arn.apply((arn) =>
      JSON.stringify(policyDocument({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: `${arn}:log-stream:*`,
      }))
    ),
  }, parent);
  new aws.ec2.FlowLog(`${name}-flow-logs`, {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestinationType: "cloud-watch-logs",
    logDestination: logs.arn,
    iamRoleArn: role.arn,
  }, parent);
}
