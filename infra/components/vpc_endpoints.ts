import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_ENDPOINTS } from "infra/components/vpc_plan.ts";

/** What endpoints are made in. */
interface Network {
  readonly vpc: aws.ec2.Vpc;
  readonly region: string;
  /** One in each zone, for endpoints that have addresses. */
  readonly subnetIds: readonly pulumi.Output<string>[];
  /** What has routes to endpoints that are gateways. */
  readonly routeTableIds: readonly pulumi.Output<string>[];
}

/**
 * Lets a VPC reach services of AWS without NAT.
 *
 * @param name Starts every resource's name
 * @param services By the last part of the endpoint's name: `s3`, `ecr.api`
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export function makeEndpoints(
  name: string,
  services: readonly string[],
  network: Network,
  parent: pulumi.CustomResourceOptions,
): void {
  const { vpc, region } = network;
  const gateways: readonly string[] = GATEWAY_ENDPOINTS;
  for (const service of services.filter((one) => gateways.includes(one))) {
    new aws.ec2.VpcEndpoint(`${name}-${service}`, {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcEndpointType: "Gateway",
      routeTableIds: [...network.routeTableIds],
      tags: { Name: `${name}-${service}` },
    }, parent);
  }
  const interfaces = services.filter((one) => !gateways.includes(one));
  if (interfaces.length === 0) return;
  const group = new aws.ec2.SecurityGroup(`${name}-endpoints`, {
    vpcId: vpc.id,
    description: `Who may speak to AWS through the endpoints of ${name}`,
  }, parent);
  new aws.vpc.SecurityGroupIngressRule(`${name}-endpoints`, {
    securityGroupId: group.id,
    cidrIpv4: vpc.cidrBlock,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  }, parent);
  for (const service of interfaces) {
    new aws.ec2.VpcEndpoint(`${name}-${service}`, {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcEndpointType: "Interface",
      subnetIds: [...network.subnetIds],
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
      tags: { Name: `${name}-${service}` },
    }, parent);
  }
}
