import { z } from "zod";
import { findOverlaps, VpcArgs } from "infra/components/vpc_plan.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { PrivateCidr } from "lib/schema/cidr.ts";

/** The networks of an environment. */
const VPCS = ["applications", "data", "operations"] as const;

/** Every network, and the range of services of every cluster, by the key that says it. */
function rangesOf(vpcs: Record<string, z.output<typeof VpcArgs>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vpcs).flatMap(([name, { cidrBlock, kubernetes }]) => [
      [`${name}.cidrBlock`, cidrBlock],
      ...(kubernetes ? [[`${name}.kubernetes.serviceCidr`, kubernetes.serviceCidr]] : []),
    ]).filter(([, cidr]) => PrivateCidr.safeParse(cidr).success),
  );
}

/** `Pulumi.<stack>.yaml` of the network. */
export const NetworkConfig = AWSBase.extend({
  /** The environment's VPCs; none may have addresses in common with another, peered or not. */
  vpcs: z.strictObject({
    /** What learners use, and the cluster it runs on. */
    applications: VpcArgs.refine(
      ({ kubernetes }) => kubernetes !== undefined,
      { message: "is missing: the cluster needs subnets for pods: give {}", path: ["kubernetes"] },
    ),
    /** What is computed from their use. */
    data: VpcArgs,
    /** What runs the rest: Vault, Consul, Concourse, monitoring. */
    operations: VpcArgs,
  }).superRefine((vpcs, context) => {
    for (const { name, other, message } of findOverlaps(rangesOf(vpcs))) {
      const path = name.split(".");
      // A range that overlaps its own network is the VPC's to refuse.
      if (other.startsWith(`${path[0]}.`)) continue;
      context.addIssue({ code: "custom", path, message });
    }
  }),
  /** Which of them reach each other: pairs of names. */
  peerings: z.array(
    z.tuple([z.enum(VPCS), z.enum(VPCS)]).refine(([one, other]) => one !== other, {
      message: "a network needs no peering with itself",
    }),
  ).refine(
    (pairs) => new Set(pairs.map((pair) => [...pair].sort().join())).size === pairs.length,
    "a pair is named twice",
  ).default([["operations", "applications"], ["operations", "data"], ["data", "applications"]]),
});

/** What others may know of one VPC. */
export const VpcFacts = z.strictObject({
  /** The VPC's id. */
  vpcId: z.string().startsWith("vpc-"),
  /** The VPC's network: `10.1.0.0/16`. */
  cidrBlock: z.string(),
  /** Subnets that reach the internet directly, one for each zone. */
  publicSubnetIds: z.array(z.string()).min(3),
  /** Subnets behind NAT, one for each zone. */
  privateSubnetIds: z.array(z.string()).min(3),
  /** Subnets for pods, one for each zone; empty where no cluster is. */
  kubernetesSubnetIds: z.array(z.string()),
});

/** What others may read of the network: of the VPC for applications by itself, of the others by name. */
export const NetworkOutputs = VpcFacts.extend({
  /** Addresses of the services of the applications' cluster. */
  kubernetesServiceCidr: z.string(),
  /** The VPC for data. */
  data: VpcFacts,
  /** The VPC for operations. */
  operations: VpcFacts,
});
