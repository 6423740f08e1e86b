import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { serviceName } from "lib/pulumi/service_names.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode TcpLoadBalancer} is made from, beside what other resources tell. */
const Settings = z.strictObject({
  /** Where it listens, and its targets do. */
  port: z.int().min(1).max(65_535),
  /** Whether it has private addresses alone. */
  internal: z.boolean().default(true),
  /** Seconds that connections may take to end when a machine goes. */
  drainSeconds: z.int().min(0).max(3600).default(60),
  /** Whether it can be deleted. */
  deletionProtection: z.boolean().default(true),
});

/** Arguments as they are given. */
export type TcpLoadBalancerArgs = z.input<typeof Settings> & {
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** In at least two zones; public ones unless it is internal. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
};

/**
 * A network load balancer, which hands connections on as they are: for what speaks no HTTP. Who may connect is for others to say, by rules for {@linkcode securityGroupId}.
 *
 * Creates: the load balancer, its security group, a target group whose health is that it can be connected
 * to, a listener. What it forwards to is added by others: an `AutoScalingGroup` with `behindTcp`.
 */
export class TcpLoadBalancer extends pulumi.ComponentResource {
  /** Where it answers. */
  readonly dnsName: pulumi.Output<string>;
  /** The zone of that name: for records that stand for it. */
  readonly zoneId: pulumi.Output<string>;
  /** Where it listens. */
  readonly port: number;
  /** What targets have to let in, and clients be let into. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Where targets are added. */
  readonly targetGroupArn: pulumi.Output<string>;

  /**
   * Makes the load balancer.
   *
   * @param name Starts every child's name; a long one is cut to what the service takes
   * @param args See {@linkcode TcpLoadBalancerArgs}
   * @throws {Problems} for arguments that the settings' schema refuses
   */
  constructor(name: string, args: TcpLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:TcpLoadBalancer", name, {}, opts);
    const { vpcId, subnetIds, ...given } = args;
    const { port, internal, drainSeconds, deletionProtection } = parseWith(
      Settings,
      given,
      `TcpLoadBalancer ${name}`,
    );
    const parent = { parent: this };
    const group = new aws.ec2.SecurityGroup(name, {
      vpcId,
      description: `Who may speak to the load balancer ${name}`,
    }, parent);
    new aws.vpc.SecurityGroupEgressRule(name, {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
    }, parent);
    const balancer = new aws.lb.LoadBalancer(name, {
      name: serviceName("loadBalancer", name),
      loadBalancerType: "network",
      internal,
      subnets: subnetIds,
      securityGroups: [group.id],
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: deletionProtection,
    }, parent);
    // Pulumi puts eight characters behind the name, so that a replacement can stand beside the old one.
    const target = new aws.lb.TargetGroup(serviceName("targetGroup", name, 8), {
      vpcId,
      port,
      protocol: "TCP",
      targetType: "instance",
      deregistrationDelay: drainSeconds,
      // What comes from the load balancer comes from its security group.
      preserveClientIp: "false",
      healthCheck: { protocol: "TCP", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
    }, parent);
    new aws.lb.Listener(name, {
      loadBalancerArn: balancer.arn,
      port,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
    }, parent);
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.port = port;
    this.securityGroupId = group.id;
    this.targetGroupArn = target.arn;
    this.registerOutputs({ dnsName: this.dnsName });
  }
}
