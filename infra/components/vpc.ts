import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ipv6Subnet, type PlannedSubnet, planSubnets, VpcArgs } from "infra/components/vpc_plan.ts";
import { makeEndpoints } from "infra/components/vpc_endpoints.ts";
import { logFlows } from "infra/components/vpc_flow_logs.ts";
import { parseWith } from "lib/schema/parse.ts";

/** A route table and the name that it has in the program. */
export interface NamedRouteTable {
  /** `applications-qa-private-a`. */
  readonly name: string;
  /** The table's id. */
  readonly id: pulumi.Output<string>;
}

/** Where a kind of subnet's /64s begin among the 256 of the network. */
const IPV6_OFFSETS = { public: 0, private: 16, kubernetes: 32 };

/** What tells Kubernetes' load balancers where they may go. @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
const LOAD_BALANCER_TAGS = {
  public: { "kubernetes.io/role/elb": "1" },
  private: {},
  kubernetes: { "kubernetes.io/role/internal-elb": "1" },
};

/**
 * A VPC with a public and a private subnet in each zone, routes, NAT and flow logs.
 *
 * Creates: the VPC, an internet gateway, a route table for the public subnets and one for each zone's
 * private ones, NAT gateways with their addresses, endpoints, a log group with the flow log and its role;
 * with `kubernetes` a subnet for pods in each zone; with `ipv6` a /64 for each subnet and a gateway that
 * lets private ones out. The default security group is emptied, so that nothing works by accident.
 */
export class Vpc extends pulumi.ComponentResource {
  /** The VPC's id. */
  readonly vpcId: pulumi.Output<string>;
  /** The network: `10.1.0.0/16`. */
  readonly cidrBlock: pulumi.Output<string>;
  /** The same as a plain value: known before anything is made. */
  readonly network: string;
  /** Ids, in the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Ids, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Ids of the subnets for pods, in the order of the zones; empty without `kubernetes`. */
  readonly kubernetesSubnetIds: pulumi.Output<string[]>;
  /** The public subnets' table, then each zone's private one. */
  readonly routeTables: readonly NamedRouteTable[];

  readonly #name: string;
  readonly #vpc: aws.ec2.Vpc;
  readonly #region: string;
  readonly #ipv6: boolean;

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
    const { cidrBlock, zones, ipv6, kubernetes } = settings;
    const plan = planSubnets(cidrBlock, zones, kubernetes !== undefined);
    const parent = { parent: this };

    const vpc = new aws.ec2.Vpc(name, {
      cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      ...(ipv6 ? { assignGeneratedIpv6CidrBlock: true } : {}),
      tags: { Name: name },
    }, parent);
    [this.#name, this.#vpc, this.#region, this.#ipv6] = [name, vpc, region, ipv6];
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id }, parent);
    const gateway = new aws.ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id }, parent);

    const publicRoutes = this.#routeTable("public");
    this.#routeOut("public-internet", publicRoutes, { gatewayId: gateway.id });
    if (ipv6) this.#routeOut6("public-internet-ipv6", publicRoutes, { gatewayId: gateway.id });
    const publicSubnets = plan.public.map((planned, at) =>
      this.#subnet("public", planned, at, publicRoutes)
    );

    const natZones = { none: 0, single: 1, "per-zone": zones.length }[settings.natGateways];
    const nats = publicSubnets.slice(0, natZones).map(({ id: subnetId }, at) => {
      const child = `${name}-nat-${zones[at]}`;
      const address = new aws.ec2.Eip(child, { domain: "vpc" }, parent);
      return new aws.ec2.NatGateway(child, {
        allocationId: address.id,
        subnetId,
        tags: { Name: child },
      }, { ...parent, dependsOn: [gateway] });
    });
    const outward = ipv6
      ? new aws.ec2.EgressOnlyInternetGateway(`${name}-outward`, { vpcId: vpc.id }, parent)
      : undefined;
    const privateRoutes = zones.map((zone, at) => {
      const table = this.#routeTable(`private-${zone}`);
      const nat = nats[Math.min(at, nats.length - 1)];
      if (nat) this.#routeOut(`private-${zone}-nat`, table, { natGatewayId: nat.id });
      if (outward) {
        this.#routeOut6(`private-${zone}-ipv6`, table, { egressOnlyGatewayId: outward.id });
      }
      return table;
    });
    const privateSubnets = plan.private.map((planned, at) =>
      this.#subnet("private", planned, at, privateRoutes[at])
    );
    const podSubnets = plan.kubernetes.map((planned, at) =>
      this.#subnet("kubernetes", planned, at, privateRoutes[at])
    );

    const tables = [publicRoutes, ...privateRoutes];
    makeEndpoints(name, settings.endpoints, {
      vpc,
      region,
      subnetIds: privateSubnets.map(({ id }) => id),
      routeTableIds: tables.map(({ id }) => id),
    }, parent);
    logFlows(name, vpc, settings.flowLogRetentionDays, parent);

    this.vpcId = vpc.id;
    this.cidrBlock = vpc.cidrBlock;
    this.network = cidrBlock;
    this.publicSubnetIds = pulumi.all(publicSubnets.map(({ id }) => id));
    this.privateSubnetIds = pulumi.all(privateSubnets.map(({ id }) => id));
    this.kubernetesSubnetIds = pulumi.all(podSubnets.map(({ id }) => id));
    const names = ["public", ...zones.map((zone) => `private-${zone}`)];
    this.routeTables = tables.map(({ id }, at) => ({ name: `${name}-${names[at]}`, id }));
    this.registerOutputs({ vpcId: this.vpcId });
  }

  #routeTable(kind: string): aws.ec2.RouteTable {
    const name = `${this.#name}-${kind}`;
    return new aws.ec2.RouteTable(name, { vpcId: this.#vpc.id, tags: { Name: name } }, {
      parent: this,
    });
  }

  #routeOut(kind: string, { id }: aws.ec2.RouteTable, target: Partial<aws.ec2.RouteArgs>): void {
    new aws.ec2.Route(`${this.#name}-${kind}`, {
      routeTableId: id,
      destinationCidrBlock: "0.0.0.0/0",
      ...target,
    }, { parent: this });
  }

  #routeOut6(kind: string, { id }: aws.ec2.RouteTable, target: Partial<aws.ec2.RouteArgs>): void {
    new aws.ec2.Route(`${this.#name}-${kind}`, {
      routeTableId: id,
      destinationIpv6CidrBlock: "::/0",
      ...target,
    }, { parent: this });
  }

  #subnet(
    kind: keyof typeof IPV6_OFFSETS,
    { zone, cidrBlock }: PlannedSubnet,
    index: number,
    { id: routeTableId }: aws.ec2.RouteTable,
  ): aws.ec2.Subnet {
    const name = `${this.#name}-${kind}-${zone}`;
    const made = new aws.ec2.Subnet(name, {
      vpcId: this.#vpc.id,
      cidrBlock,
      availabilityZone: `${this.#region}${zone}`,
      ...(this.#ipv6
        ? {
          ipv6CidrBlock: this.#vpc.ipv6CidrBlock.apply((network) =>
            ipv6Subnet(network, IPV6_OFFSETS[kind] + index)
          ),
          assignIpv6AddressOnCreation: true,
        }
        : {}),
      tags: { ...LOAD_BALANCER_TAGS[kind], Name: name },
    }, { parent: this });
    new aws.ec2.RouteTableAssociation(name, { subnetId: made.id, routeTableId }, { parent: this });
    return made;
  }
}
