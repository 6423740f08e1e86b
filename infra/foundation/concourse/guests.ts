import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { TcpLoadBalancer } from "infra/components/tcp_load_balancer.ts";
import type { Guest } from "./config.ts";

/**
 * Lets workers of other environments register over the internet, each from its own addresses: by their keys,
 * as all workers do.
 *
 * @returns The load balancer that web nodes have to be behind, too
 */
export function letGuestsRegister(
  name: string,
  { host, zoneId, port, guests, vpcId, subnetIds }: {
    /** Where they do. */
    readonly host: string;
    readonly zoneId: pulumi.Input<string>;
    readonly port: number;
    readonly guests: Readonly<Record<string, Guest>>;
    readonly vpcId: pulumi.Input<string>;
    /** Public ones. */
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  },
): TcpLoadBalancer {
  const balancer = new TcpLoadBalancer(name, {
    vpcId,
    subnetIds,
    port,
    internal: false,
  });
  for (const [guest, { networks }] of Object.entries(guests)) {
    networks.forEach((cidrIpv4, index) =>
      new aws.vpc.SecurityGroupIngressRule(`${name}-${guest}-${index}`, {
        securityGroupId: balancer.securityGroupId,
        cidrIpv4,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      })
    );
  }
  new aws.route53.Record(name, {
    zoneId,
    name: host,
    type: "A",
    aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
  });
  return balancer;
}
