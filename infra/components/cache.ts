import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkedInput } from "infra/components/checked_input.ts";
import { Problem } from "lib/schema/problem.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a client has to show. @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
const AuthToken = z.string().min(16, "must have 16 to 128 characters").max(
  128,
  "must have 16 to 128 characters",
).regex(/^[A-Za-z0-9!&#$^<>-]+$/, "must be letters, digits and ! & # $ ^ < > -");

/** What a {@linkcode Cache} is made from, beside what other resources tell. */
export const CacheArgs = z.strictObject({
  /** What it speaks: both understand clients of Redis. */
  engine: z.enum(["valkey", "redis"]).default("valkey"),
  /** Of the engine: `8.1`. */
  version: z.string().regex(/^\d+\.\d+$/, "must be a version such as 8.1").default("8.1"),
  /** `cache.t4g.small`. */
  nodeType: z.string().regex(
    /^cache\.[a-z]\d[a-z]*\.(micro|small|medium|x?large|\d+xlarge)$/,
    "must be a type such as cache.t4g.small",
  ),
  /** Copies beside the first node; with any, another takes over when one fails. */
  replicas: z.int().min(0).max(5).default(0),
  /** Days that daily copies are kept; 0 for none. */
  snapshotDays: z.int().min(0).max(35).default(0),
  /** What is thrown out when memory is full. */
  maxMemoryPolicy: z.enum(["noeviction", "allkeys-lru", "volatile-lru", "allkeys-lfu"])
    .default("noeviction"),
}).refine(
  ({ engine, version }) => (engine === "valkey" ? /^(7\.2|[89]\.\d)$/ : /^7\.\d$/).test(version),
  { message: "is no version of the engine: Valkey has 7.2 and 8.0 on, Redis 7", path: ["version"] },
);
/** Arguments as they are given. */
export type CacheArgs = z.input<typeof CacheArgs> & {
  /** In at least two zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Security groups whose members may connect. */
  readonly clients: readonly pulumi.Input<string>[];
  /** What clients have to show; secret whatever it is given as. */
  readonly authToken: pulumi.Input<string>;
};

const PORT = 6379;

/**
 * A cache on ElastiCache: encrypted on disk and on the wire, with a token, reached by named security groups
 * alone.
 *
 * Creates: the replication group, its parameter group, subnet group and security group.
 */
export class Cache extends pulumi.ComponentResource {
  /** Where it answers, by TLS: `host:port`. */
  readonly address: pulumi.Output<string>;
  /** The host alone. */
  readonly host: pulumi.Output<string>;
  /** The port. */
  readonly port = PORT;

  /**
   * Makes the cache.
   *
   * @param name Starts every child's name; at most 40 characters, as ElastiCache has it
   * @param args See {@linkcode CacheArgs}
   * @throws {Problems} for arguments that {@linkcode CacheArgs} refuses, {@linkcode Problem} for a name that
   * ElastiCache does
   */
  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Cache", name, {}, opts);
    const { subnetIds, vpcId, clients, authToken, ...given } = args;
    const settings = parseWith(CacheArgs, given, `Cache ${name}`);
    if (!/^[a-z](-?[a-z0-9])*$/.test(name) || name.length > 40) {
      throw new Problem(
        `Cache ${name}: name: must be at most 40 letters, digits and single dashes, a letter first`,
      );
    }
    const token = checkedInput(AuthToken, authToken, `Cache ${name}`, "authToken");
    const parent = { parent: this };
    const subnets = new aws.elasticache.SubnetGroup(name, { subnetIds }, parent);
    const group = new aws.ec2.SecurityGroup(name, {
      vpcId,
      description: `Who may speak to the cache ${name}`,
    }, parent);
    clients.forEach((client, at) => {
      new aws.vpc.SecurityGroupIngressRule(`${name}-${at}`, {
        securityGroupId: group.id,
        referencedSecurityGroupId: client,
        ipProtocol: "tcp",
        fromPort: PORT,
        toPort: PORT,
      }, parent);
    });
    const parameters = new aws.elasticache.ParameterGroup(name, {
      family: `${settings.engine}${settings.version.split(".")[0]}`,
      parameters: [{ name: "maxmemory-policy", value: settings.maxMemoryPolicy }],
    }, parent);
    const isReplicated = settings.replicas > 0;
    const cache = new aws.elasticache.ReplicationGroup(name, {
      replicationGroupId: name,
      description: `The cache ${name}`,
      engine: settings.engine,
      engineVersion: settings.version,
      nodeType: settings.nodeType,
      numCacheClusters: settings.replicas + 1,
      automaticFailoverEnabled: isReplicated,
      multiAzEnabled: isReplicated,
      parameterGroupName: parameters.name,
      subnetGroupName: subnets.name,
      securityGroupIds: [group.id],
      port: PORT,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      authToken: pulumi.secret(token),
      snapshotRetentionLimit: settings.snapshotDays,
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
    }, parent);
    this.host = cache.primaryEndpointAddress;
    this.address = pulumi.interpolate`${cache.primaryEndpointAddress}:${PORT}`;
    this.registerOutputs({ address: this.address });
  }
}
