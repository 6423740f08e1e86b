import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { after } from "infra/components/after.ts";
import {
  DatabaseArgs as Settings,
  type DatabaseSettings,
  majorVersion,
} from "infra/components/database_settings.ts";
import { VaultDatabaseBackend } from "infra/components/vault/database_backend.ts";
import { trustPolicy } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode Database} is made from: settings, and what other resources tell. */
export type DatabaseArgs = z.input<typeof Settings> & {
  /** In at least two zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Security groups whose members may connect. */
  readonly clients: readonly pulumi.Input<string>[];
  /** The security group of Vault's servers, which make the users: it is let in, too. */
  readonly vaultSecurityGroupId: pulumi.Input<string>;
  /** The administrator's; secret whatever it is given as. */
  readonly adminPassword: pulumi.Input<string>;
  /** Topics that hear of alarms. */
  readonly alarmTopics: readonly pulumi.Input<string>[];
};

const ADMIN = "administrator";

/**
 * A database on RDS: encrypted, reached over TLS by named security groups alone, watched, and with users
 * that Vault makes on request.
 *
 * Creates: the instance, its parameter group, subnet group, security group and monitoring role; a read
 * replica where one is wanted; alarms for processor, storage and memory; a {@linkcode VaultDatabaseBackend}
 * at `<engine>-<name>`.
 */
export class Database extends pulumi.ComponentResource {
  /** The host. */
  readonly host: pulumi.Output<string>;
  /** The port. */
  readonly port: pulumi.Output<number>;
  /** The administrator, whose password is given. */
  readonly adminUsername: string = ADMIN;
  /** The read replica's host; the instance's own without one. */
  readonly readHost: pulumi.Output<string>;
  /** Where Vault makes users: below it `creds/app`, `creds/readonly`, `creds/admin`. */
  readonly vaultPath: pulumi.Output<string>;

  /**
   * Makes the database.
   *
   * @param name Starts every child's name: `learn` is mounted in Vault at `postgres-learn`
   * @param args See {@linkcode DatabaseArgs}
   * @throws {Problems} for arguments that the settings' schema refuses
   */
  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Database", name, {}, opts);
    const { subnetIds, vpcId, clients, vaultSecurityGroupId, adminPassword, ...others } = args;
    const { alarmTopics, ...given } = others;
    const settings = parseWith(Settings, given, `Database ${name}`);
    const { engine } = settings;
    const port = engine === "postgres" ? 5432 : 3306;
    const parent = { parent: this };

    const subnets = new aws.rds.SubnetGroup(name, { subnetIds }, parent);
    const group = new aws.ec2.SecurityGroup(name, {
      vpcId,
      description: `Who may speak to the database ${name}`,
    }, parent);
    const allowed: [string, pulumi.Input<string>][] = [
      ["vault", vaultSecurityGroupId],
      ...clients.map((client, at): [string, pulumi.Input<string>] => [String(at), client]),
    ];
    const rules = allowed.map(([who, client]) =>
      new aws.vpc.SecurityGroupIngressRule(`${name}-${who}`, {
        securityGroupId: group.id,
        referencedSecurityGroupId: client,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      }, parent)
    );
    const instance = new aws.rds.Instance(name, {
      ...this.#shared(name, settings),
      identifier: `${name}-${settings.environment.toLowerCase()}`,
      engine,
      engineVersion: settings.version,
      dbName: settings.database,
      port,
      username: ADMIN,
      password: pulumi.secret(adminPassword),
      instanceClass: settings.instanceClass,
      allocatedStorage: settings.storageGb,
      multiAz: settings.multiAz,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [group.id],
      backupRetentionPeriod: settings.backupDays,
      backupWindow: "07:00-08:00",
      maintenanceWindow: "sun:08:30-sun:09:30",
      skipFinalSnapshot: settings.environment !== "Production",
      finalSnapshotIdentifier: `${name}-${settings.environment.toLowerCase()}-final`,
      ...(settings.blueGreen ? { blueGreenUpdate: { enabled: true } } : {}),
    }, {
      ...parent,
      // It grows by itself; the first size says nothing afterwards.
      ignoreChanges: ["allocatedStorage"],
    });
    this.#watch(name, instance, settings, alarmTopics);
    this.host = instance.address;
    this.port = instance.port;
    this.readHost = instance.address;
    if (settings.readReplica) {
      const replica = new aws.rds.Instance(`${name}-replica`, {
        ...this.#shared(`${name}-replica`, settings),
        identifier: `${name}-${settings.environment.toLowerCase()}-replica`,
        replicateSourceDb: instance.identifier,
        instanceClass: settings.readReplica,
        vpcSecurityGroupIds: [group.id],
        skipFinalSnapshot: true,
      }, parent);
      this.readHost = replica.address;
    }
    this.vaultPath = new VaultDatabaseBackend(name, {
      path: `${engine}-${name}`,
      engine,
      database: settings.database,
      // Vault connects at once, to see whether it can.
      host: after(instance.address, ...rules),
      port: instance.port,
      adminUsername: ADMIN,
      adminPassword,
    }, parent).path;
    this.registerOutputs({ host: this.host, vaultPath: this.vaultPath });
  }

  /** What an instance and its replica have in common. */
  #shared(name: string, settings: DatabaseSettings) {
    const parent = { parent: this };
    const { engine } = settings;
    const major = majorVersion(settings);
    const forcedTls = engine === "postgres" ? "rds.force_ssl" : "require_secure_transport";
    const parameters = new aws.rds.ParameterGroup(name, {
      family: engine === "postgres" ? `postgres${major}` : `mariadb${major}`,
      parameters: Object.entries({ ...settings.parameters, [forcedTls]: "1" }).map((
        [name, value],
      ) => ({ name, value, applyMethod: "pending-reboot" })),
    }, parent);
    const role = new aws.iam.Role(`${name}-monitoring`, {
      assumeRolePolicy: JSON.stringify(trustPolicy.service("monitoring.rds")),
    }, parent);
    new aws.iam.RolePolicyAttachment(`${name}-monitoring`, {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    }, parent);
    return {
      parameterGroupName: parameters.name,
      maxAllocatedStorage: settings.maxStorageGb,
      storageType: "gp3",
      storageEncrypted: true,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: majorVersion(settings) === settings.version,
      copyTagsToSnapshot: true,
      deletionProtection: settings.deletionProtection,
      enabledCloudwatchLogsExports: engine === "postgres" ? ["postgresql"] : ["error", "slowquery"],
      monitoringInterval: 60,
      monitoringRoleArn: role.arn,
      performanceInsightsEnabled: true,
    };
  }

  #watch(
    name: string,
    instance: aws.rds.Instance,
    settings: DatabaseSettings,
    alarmTopics: readonly pulumi.Input<string>[],
  ): void {
    const GB = 1_000_000_000;
    const alarms = [
      ["cpu", "CPUUtilization", "GreaterThanThreshold", 85],
      ["storage", "FreeStorageSpace", "LessThanThreshold", settings.storageGb * 0.1 * GB],
      ["memory", "FreeableMemory", "LessThanThreshold", 0.2 * GB],
    ] as const;
    for (const [suffix, metricName, comparisonOperator, threshold] of alarms) {
      new aws.cloudwatch.MetricAlarm(`${name}-${suffix}`, {
        namespace: "AWS/RDS",
        metricName,
        dimensions: { DBInstanceIdentifier: instance.identifier },
        comparisonOperator,
        threshold,
        statistic: "Average",
        period: 300,
        evaluationPeriods: 3,
        alarmDescription: `${metricName} of the database ${name}`,
        alarmActions: [...alarmTopics],
        okActions: [...alarmTopics],
      }, { parent: this });
    }
  }
}
