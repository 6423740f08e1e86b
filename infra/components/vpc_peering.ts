import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Vpc } from "infra/components/vpc.ts";
import { findOverlaps } from "infra/components/vpc_plan.ts";
import { Problems } from "lib/schema/problem.ts";

/** What a {@linkcode VpcPeering} is made from: two networks of one account and region. */
export interface VpcPeeringArgs {
  /** The side that asks. */
  readonly requester: Vpc;
  /** The side that accepts, at once. */
  readonly accepter: Vpc;
}

/**
 * Two networks that reach each other, names included.
 *
 * Creates: the connection, accepted, and a route to the other network in every route table of both. Which
 * traffic passes is still for security groups to say.
 */
export class VpcPeering extends pulumi.ComponentResource {
  /** The connection's id. */
  readonly peeringId: pulumi.Output<string>;

  /**
   * Joins two networks.
   *
   * @param name Starts every child's name: `operations-to-data-qa`
   * @param args The two networks
   * @throws {Problems} when they have addresses in common
   */
  constructor(name: string, args: VpcPeeringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:network:VpcPeering", name, {}, opts);
    const { requester, accepter } = args;
    const clashes = findOverlaps({
      "the accepter": accepter.network,
      "the requester": requester.network,
    });
    if (clashes.length > 0) {
      throw new Problems(clashes.map(({ message }) => `VpcPeering ${name}: ${message}`));
    }
    const parent = { parent: this };
    const connection = new aws.ec2.VpcPeeringConnection(name, {
      vpcId: requester.vpcId,
      peerVpcId: accepter.vpcId,
      autoAccept: true,
      requester: { allowRemoteVpcDnsResolution: true },
      accepter: { allowRemoteVpcDnsResolution: true },
      tags: { Name: name },
    }, parent);
    for (const [from, to] of [[requester, accepter], [accepter, requester]]) {
      for (const table of from.routeTables) {
        new aws.ec2.Route(`${name}-${table.name}`, {
          routeTableId: table.id,
          destinationCidrBlock: to.network,
          vpcPeeringConnectionId: connection.id,
        }, parent);
      }
    }
    this.peeringId = connection.id;
    this.registerOutputs({ peeringId: this.peeringId });
  }
}
