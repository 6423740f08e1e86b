import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { formatCidr, parseCidr, PrivateCidr, subnet } from "lib/schema/cidr.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode Vpc} is made from. */
export const VpcArgs = z.strictObject({
  /** The network, in RFC 1918's ranges; /16 to /21, so that each zone's subnets are useful. */
  cidrBlock: PrivateCidr.refine(
    (text) => {
      const prefix = Number(text.split("/")[1]);
      return prefix >= 16 && prefix <= 21;
    },
    "the network must be between /16 and /21",
  ),
  /** Zones by letter, at least three, so that the loss of one leaves a majority. */
  zones: z.array(z.string().regex(/^[a-f]$/, 'must be a letter such as "a"'))
    .min(3, "at least three zones are needed")
    .refine((zones) => new Set(zones).size === zones.length, "a zone is named twice")
    .default(["a", "b", "c"]),
  /** How traffic leaves private subnets: one gateway for all, one for each zone, or not at all. */
  natGateways: z.enum(["none", "single", "per-zone"]).default("single"),
  /** Days that flow logs are kept. */
  flowLogRetentionDays: z.union(
    [1, 3, 5, 7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days)),
  )
    .default(30),
});
/** Arguments as they are given. */
export type VpcArgs = z.input<typeof VpcArgs>;

/** One subnet of a plan. */
export interface PlannedSubnet {
  /** The zone's letter. */
  readonly zone: string;
  /** Its network: `10.1.0.0/24`. */
  readonly cidrBlock: string;
}

/**
 * Divides a network: each zone gets a small public and a large private subnet.
 *
 * The network's first half holds the public subnets as /24 (a /21's: /25), its second half the private
 * ones, as large as the number of zones allows.
 */
export function planSubnets(
  cidrBlock: string,
  zones: readonly string[],
): { public: PlannedSubnet[]; private: PlannedSubnet[] } {
  const network = parseCidr(cidrBlock);
  const halves = [0, 1].map((index) => subnet(network, network.prefix + 1, index));
  const publicPrefix = Math.max(24, network.prefix + 4);
  const privatePrefix = network.prefix + 1 + Math.ceil(Math.log2(zones.length));
  const divide = (half: number, prefix: number) =>
    zones.map((zone, index) => ({
      zone,
      cidrBlock: formatCidr(subnet(halves[half], prefix, index)),
    }));
  return { public: divide(0, publicPrefix), private: divide(1, privatePrefix) };
}

/**
 * A VPC with a public and a private subnet in each zone, routes, NAT and flow logs.
 *
 * Creates: the VPC, an internet gateway, a route table for the public subnets and one for each private
 * subnet, NAT gateways with their addresses, a log group with the flow log and its role. The default
 * security group is emptied, so that nothing works by accident.
 */
export class Vpc extends pulumi.ComponentResource {
  /** The VPC's id. */
  readonly vpcId: pulumi.Output<string>;
  /** The network: `10.1.0.0/16`. */
  readonly cidrBlock: pulumi.Output<string>;
  /** Ids, in the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Ids, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Output<string[]>;

  /**
   * Makes the VPC and all that belongs to it.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VpcArgs}
   * @param region The region of the zones: `us-east-1`
   * @throws {Problems} for arguments that {@linkcode VpcArgs} refuses
   */
  constructor(
    name: string,
    args: VpcArgs & { region: string },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ol:network:Vpc", name, {}, opts);
    const { region, ...given } = args;
    const settings = parseWith(VpcArgs, given, `Vpc ${name}`);
    const plan = planSubnets(settings.cidrBlock, settings.zones);
    const parent = { parent: this };

    const vpc = new aws.ec2.Vpc(name, {
      cidrBlock: settings.cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: name },
    }, parent);
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id }, parent);
    const gateway = new aws.ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id }, parent);
    const publicRoutes = new aws.ec2.RouteTable(`${name}-public`, {
      vpcId: vpc.id,
      tags: { Name: `${name}-public` },
    }, parent);
    new aws.ec2.Route(`${name}-public-internet`, {
      routeTableId: publicRoutes.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    }, parent);

    const publicSubnets = plan.public.map(({ zone, cidrBlock }) => {
      const made = new aws.ec2.Subnet(`${name}-public-${zone}`, {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone: `${region}${zone}`,
        tags: { Name: `${name}-public-${zone}` },
      }, parent);
      new aws.ec2.RouteTableAssociation(`${name}-public-${zone}`, {
        subnetId: made.id,
        routeTableId: publicRoutes.id,
      }, parent);
      return made;
    });

    const gatewayZones = { none: 0, single: 1, "per-zone": plan.public.length };
    const nats = publicSubnets.slice(0, gatewayZones[settings.natGateways]).map((at, index) => {
      const zone = plan.public[index].zone;
      const address = new aws.ec2.Eip(`${name}-nat-${zone}`, { domain: "vpc" }, parent);
      return new aws.ec2.NatGateway(`${name}-nat-${zone}`, {
        allocationId: address.id,
        subnetId: at.id,
        tags: { Name: `${name}-nat-${zone}` },
      }, { ...parent, dependsOn: [gateway] });
    });

    const privateSubnets = plan.private.map(({ zone, cidrBlock }, index) => {
      const made = new aws.ec2.Subnet(`${name}-private-${zone}`, {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone: `${region}${zone}`,
        tags: { Name: `${name}-private-${zone}` },
      }, parent);
      const routes = new aws.ec2.RouteTable(`${name}-private-${zone}`, {
        vpcId: vpc.id,
        tags: { Name: `${name}-private-${zone}` },
      }, parent);
      new aws.ec2.RouteTableAssociation(`${name}-private-${zone}`, {
        subnetId: made.id,
        routeTableId: routes.id,
      }, parent);
      const nat = nats[Math.min(index, nats.length - 1)];
      if (nat) {
        new aws.ec2.Route(`${name}-private-${zone}-nat`, {
          routeTableId: routes.id,
          destinationCidrBlock: "0.0.0.0/0",
          natGatewayId: nat.id,
        }, parent);
      }
      return made;
    });

    this.#logFlows(name, vpc, settings.flowLogRetentionDays);
    this.vpcId = vpc.id;
    this.cidrBlock = vpc.cidrBlock;
    this.publicSubnetIds = pulumi.all(publicSubnets.map((made) => made.id));
    this.privateSubnetIds = pulumi.all(privateSubnets.map((made) => made.id));
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /** @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
  #logFlows(name: string, vpc: aws.ec2.Vpc, retentionInDays: number): void {
    const parent = { parent: this };
    const logs = new aws.cloudwatch.LogGroup(`${name}-flow-logs`, {
      name: `/vpc/${name}/flow-logs`,
      retentionInDays,
    }, parent);
    const role = new aws.iam.Role(`${name}-flow-logs`, {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{
          Effect: "Allow",
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Action: "sts:AssumeRole",
        }],
      }),
    }, parent);
    new aws.iam.RolePolicy(`${name}-flow-logs`, {
      role: role.name,
      policy: logs.arn.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [{
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `${arn}:log-stream:*`,
          }],
        })
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
}
