import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Alarm } from "infra/components/alarm.ts";
import { CacheArgs as Settings } from "infra/components/cache_settings.ts";
import { checkedInput } from "infra/components/checked_input.ts";
import { Problem } from "lib/schema/problem.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a client has to show. @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
const AuthToken = z.string().min(16, "must have 16 to 128 characters").max(
  128,
  "must have 16 to 128 characters",
).regex(/^[A-Za-z0-9!&#$^<>-]+$/, "must be letters, digits and ! & # $ ^ < > -");

/** Arguments as they are given. */
export type CacheArgs = z.input<typeof Settings> & {
  /** In at least two zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Security groups whose members may connect. */
  readonly clients: readonly pulumi.Input<string>[];
  /** What clients have to show; secret whatever it is given as. */
  readonly authToken: pulumi.Input<string>;
  /** Topics that hear of alarms. */
  readonly alarmTopics: readonly pulumi.Input<string>[];
};

const PORT = 6379;

/**
 * A cache on ElastiCache: encrypted on disk and on the wire, with a token, reached by named security groups
 * alone.
 *
 * Creates: the replication group, its parameter group, subnet group and security group; an alarm for memory.
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
   * @throws {Problems} for arguments that the settings' schema refuses, {@linkcode Problem} for a name
   * that ElastiCache does
   */
  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Cache", name, {}, opts);
    const { subnetIds, vpcId, clients, authToken, alarmTopics, ...given } = args;
    const settings = parseWith(Settings, given, `Cache ${name}`);
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
    new Alarm(`${name}-memory`, {
      namespace: "AWS/ElastiCache",
      metric: "DatabaseMemoryUsagePercentage",
      statistic: "Maximum",
      // Of its first node, which is there with and without replicas.
      dimensions: { CacheClusterId: `${name}-001` },
      is: "above",
      threshold: 80,
      description: settings.maxMemoryPolicy === "noeviction"
        ? "The cache is nearly full, and then refuses writes: look what fills it, or give it a larger node"
        : "The cache is nearly full, and then forgets: look what fills it, or give it a larger node",
      topics: alarmTopics,
    }, parent);
    this.host = cache.primaryEndpointAddress;
    this.address = pulumi.interpolate`${cache.primaryEndpointAddress}:${PORT}`;
    this.registerOutputs({ address: this.address });
  }
}
