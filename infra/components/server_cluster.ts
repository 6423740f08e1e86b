import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Alarm } from "infra/components/alarm.ts";
import { AutoScalingGroup, type Behind } from "infra/components/auto_scaling_group.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** How many servers elect a leader; an even number survives no more losses than one less. */
export const ServerCount = z.int().refine(
  (count) => [3, 5, 7].includes(count),
  "must be 3, 5 or 7, so that a majority is left when one is lost",
);

/** A port of a protocol. */
const Port = z.strictObject({
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  port: z.int().min(1).max(65_535),
});

/** What a {@linkcode ServerCluster} is made from, beside what other resources tell. */
const Settings = z.strictObject({
  servers: ServerCount,
  /** Types that serve, the preferred one first. */
  instanceTypes: z.array(z.string()).min(1),
  /** GB of the encrypted root volume, which holds the data. */
  volumeGb: z.int().min(8).optional(),
  /** Where servers speak to each other. */
  peerPorts: z.array(Port).min(1, "must name a port, or no leader is elected"),
  /** Where clients speak to servers. Default nowhere. */
  clientPorts: z.array(Port).default([]),
});

/** Arguments as they are given. */
export type ServerClusterArgs = z.input<typeof Settings> & {
  /** The released AMI. */
  readonly imageId: pulumi.Input<string>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Where servers are started; in as many zones as may be. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Networks whose members reach the client ports, by name. Default none. */
  readonly clients?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the servers may do, beside being found; linted. */
  readonly iamPolicy: PolicyDocumentObject;
  /** What cloud-init is given: names {@linkcode findByTag}. */
  readonly userData: pulumi.Input<string>;
  /** The load balancer in front. Default none. */
  readonly behind?: Behind;
  /** Topics that hear of a server that does not answer. */
  readonly alarmTopics: readonly pulumi.Input<string>[];
};

/**
 * How servers of a cluster find each other, in the words of go-discover.
 *
 * @param name The cluster's
 * @param region Where it is
 * @see https://github.com/hashicorp/go-discover
 */
export function findByTag(name: string, region: string): string {
  return `provider=aws region=${region} tag_key=Name tag_value=${name}`;
}

/**
 * Servers that elect a leader and each hold all the data: found by a tag, replaced one at a time.
 *
 * Creates: an {@linkcode AutoScalingGroup} of fixed size, rules for its security group, an
 * {@linkcode Alarm} for a server that does not answer.
 */
export class ServerCluster extends pulumi.ComponentResource {
  /** The machines. */
  readonly group: AutoScalingGroup;

  /**
   * Makes the cluster.
   *
   * @param name The tag by which servers are found; starts every child's name
   * @param args See {@linkcode ServerClusterArgs}
   * @throws {Problems} for arguments that the settings' schema refuses
   */
  constructor(name: string, args: ServerClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:ServerCluster", name, {}, opts);
    const { clients = {}, alarmTopics, imageId, vpcId, subnetIds, ...rest } = args;
    const { iamPolicy, userData, behind, ...given } = rest;
    const settings = parseWith(Settings, given, `ServerCluster ${name}`);
    const { servers, instanceTypes, volumeGb } = settings;
    const parent = { parent: this };
    const group = new AutoScalingGroup(name, {
      imageId,
      vpcId,
      subnetIds,
      instanceTypes,
      iamPolicy,
      userData,
      ...(volumeGb === undefined ? {} : { volumeGb }),
      ...(behind === undefined ? {} : { behind }),
      min: servers,
      max: servers,
      // One new server after the other, as each has to get the others' data before the next one goes; where a
      // load balancer can tell that it did not, no other goes.
      refresh: {
        minHealthyPercent: 100,
        maxHealthyPercent: 100 + Math.ceil(100 / servers),
        stopWhenUnhealthy: behind !== undefined,
      },
    }, parent);
    const letIn = (from: string, who: object, { protocol, port }: z.output<typeof Port>) =>
      new aws.vpc.SecurityGroupIngressRule(`${name}-${from}-${protocol}-${port}`, {
        ...who,
        securityGroupId: group.securityGroupId,
        ipProtocol: protocol,
        fromPort: port,
        toPort: port,
      }, parent);
    for (const port of settings.peerPorts) {
      letIn("peers", { referencedSecurityGroupId: group.securityGroupId }, port);
    }
    for (const [client, cidrIpv4] of Object.entries(clients)) {
      for (const port of settings.clientPorts) letIn(client, { cidrIpv4 }, port);
    }
    new Alarm(`${name}-broken`, {
      namespace: "AWS/EC2",
      metric: "StatusCheckFailed",
      statistic: "Maximum",
      dimensions: { AutoScalingGroupName: group.groupName },
      is: "at least",
      threshold: 1,
      description:
        `A server of ${name} does not answer: the group replaces it; see that it joins again`,
      topics: [...alarmTopics],
    }, parent);
    this.group = group;
    this.registerOutputs({ groupName: group.groupName });
  }
}
