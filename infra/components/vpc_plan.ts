import { z } from "zod";
import { contains, formatCidr, overlaps, parseCidr, PrivateCidr, subnet } from "lib/schema/cidr.ts";
import { Problem } from "lib/schema/problem.ts";

/** Services that a network reaches through a gateway of their own, at no cost. */
export const GATEWAY_ENDPOINTS = ["s3", "dynamodb"] as const;

/** Services that a network can reach through addresses of its own. */
export const INTERFACE_ENDPOINTS = [
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "kms",
  "logs",
  "secretsmanager",
  "ssm",
  "ssmmessages",
  "sts",
] as const;

/** The length of a network's prefix; NaN for what is no network. */
const prefixOf = (cidr: string) => Number(cidr.split("/")[1]);

/** What pods and services of a cluster need of the network that it runs in. */
const Kubernetes = z.strictObject({
  /**
   * Addresses of services: /12 to /24, outside the network.
   *
   * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
   */
  serviceCidr: PrivateCidr.refine(
    (cidr) => !(prefixOf(cidr) < 12 || prefixOf(cidr) > 24),
    "the range of services must be between /12 and /24",
  ).default("172.20.0.0/16"),
});

/** What a `Vpc` is made from. */
export const VpcArgs = z.strictObject({
  /** The network, in RFC 1918's ranges; /16 to /21, so that each zone's subnets are useful. */
  cidrBlock: PrivateCidr.refine(
    (cidr) => !(prefixOf(cidr) < 16 || prefixOf(cidr) > 21),
    "the network must be between /16 and /21",
  ),
  /** Zones by letter, at least three, so that the loss of one leaves a majority. */
  zones: z.array(z.string().regex(/^[a-f]$/, 'must be a letter such as "a"'))
    .min(3, "at least three zones are needed")
    .refine((zones) => new Set(zones).size === zones.length, "a zone is named twice")
    .default(["a", "b", "c"]),
  /** Whether every subnet has IPv6 addresses too: a /64 of the network's /56. */
  ipv6: z.boolean().default(false),
  /** Subnets for the pods of a cluster. Default none. */
  kubernetes: Kubernetes.optional(),
  /** How traffic leaves private subnets: one gateway for all, one for each zone, or not at all. */
  natGateways: z.enum(["none", "single", "per-zone"]).default("single"),
  /** Services of AWS that are reached without NAT: by a gateway, or by an address in each zone. */
  endpoints: z.array(z.enum([...GATEWAY_ENDPOINTS, ...INTERFACE_ENDPOINTS]))
    .refine((names) => new Set(names).size === names.length, "an endpoint is named twice")
    .default(["s3"]),
  /** Days that flow logs are kept. */
  flowLogRetentionDays: z.union(
    [1, 3, 5, 7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days)),
  )
    .default(30),
}).superRefine(({ cidrBlock, zones, kubernetes }, context) => {
  if (kubernetes === undefined || !PrivateCidr.safeParse(cidrBlock).success) return;
  const path = ["kubernetes", "serviceCidr"];
  if (overlaps(parseCidr(cidrBlock), parseCidr(kubernetes.serviceCidr))) {
    context.addIssue({
      code: "custom",
      path,
      message: `${kubernetes.serviceCidr} overlaps the network ${cidrBlock}: choose another range`,
    });
  }
  try {
    planSubnets(cidrBlock, zones, true);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.addIssue({ code: "custom", path: ["cidrBlock"], message: error.message });
  }
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

/** A network's subnets, each list in the order of the zones. */
export interface SubnetPlan {
  /** Reached from the internet. */
  readonly public: readonly PlannedSubnet[];
  /** Behind NAT. */
  readonly private: readonly PlannedSubnet[];
  /** Behind NAT, for pods; empty unless wanted. */
  readonly kubernetes: readonly PlannedSubnet[];
}

/**
 * Divides a network: each zone gets a small public and a large private subnet, and one for pods if wanted.
 *
 * The network's first half holds the public subnets as /24 (a /21's: /25), its second half the private
 * ones, as large as the number of zones allows. Those for pods share the first half's second half, so that
 * they can come later without moving anything.
 *
 * @throws {Problem} when the public subnets leave no room for those of pods
 */
export function planSubnets(
  cidrBlock: string,
  zones: readonly string[],
  withKubernetes = false,
): SubnetPlan {
  const network = parseCidr(cidrBlock);
  const [first, second] = [0, 1].map((index) => subnet(network, network.prefix + 1, index));
  const [forPublic, forPods] = [0, 1].map((index) => subnet(first, first.prefix + 1, index));
  const bits = Math.ceil(Math.log2(zones.length));
  const divide = (space: typeof network, prefix: number) =>
    zones.map((zone, index) => ({ zone, cidrBlock: formatCidr(subnet(space, prefix, index)) }));
  return {
    public: divide(withKubernetes ? forPublic : first, Math.max(24, network.prefix + 4)),
    private: divide(second, second.prefix + bits),
    kubernetes: withKubernetes ? divide(forPods, forPods.prefix + bits) : [],
  };
}

/**
 * The `index`-th /64 of an IPv6 network as AWS assigns them: `2001:db8:1200::/56`, 3 →
 * `2001:db8:1200:3::/64`.
 *
 * @throws {Problem} for what is no /56, or an index above 255
 */
export function ipv6Subnet(cidrBlock: string, index: number): string {
  const [, words, prefix] = /^([0-9a-f:]+)::\/(\d+)$/.exec(cidrBlock) ?? [];
  const parts = words?.split(":").map((word) => parseInt(word, 16)) ?? [];
  if (prefix !== "56" || parts.length > 4 || ((parts[3] ?? 0) & 0xff) !== 0) {
    throw new Problem(`"${cidrBlock}" is no /56 such as 2001:db8:1200::/56`);
  }
  if (!Number.isInteger(index) || index < 0 || index > 255) {
    throw new Problem(`${cidrBlock} has 256 networks of /64: there is no number ${index}`);
  }
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => parts[at] ?? 0);
  return `${[a, b, c, d | index].map((part) => part.toString(16)).join(":")}::/64`;
}

/**
 * Which networks have addresses in common, each pair once.
 *
 * @param networks CIDRs by name
 * @returns One sentence for each pair, beside the names it is about
 */
export function findOverlaps(
  networks: Readonly<Record<string, string>>,
): { name: string; other: string; message: string }[] {
  const entries = Object.entries(networks);
  return entries.flatMap(([name, cidr], at) =>
    entries.slice(0, at).flatMap(([other, otherCidr]) => {
      const [network, one] = [parseCidr(cidr), parseCidr(otherCidr)];
      if (!overlaps(network, one)) return [];
      const how = contains(one, network) ? "lies in" : "overlaps";
      const message = `${cidr} ${how} ${otherCidr} of ${other}: choose another network`;
      return [{ name, other, message }];
    })
  );
}
