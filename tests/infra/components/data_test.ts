/** What holds data: databases, caches, buckets. */
import assert from "node:assert/strict";
import { Bucket, type BucketArgs } from "infra/components/bucket.ts";
import { Cache, type CacheArgs } from "infra/components/cache.ts";
import { Database, type DatabaseArgs } from "infra/components/database.ts";
import { SIZES } from "infra/components/sizes.ts";
import { containsSecret } from "lib/pulumi/simulate/wire.ts";
import { Environment } from "lib/schema/environment.ts";
import { make } from "tests/support/program.ts";

const place = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clients: ["sg-nodes"],
};
const database: DatabaseArgs = {
  alarmTopics: ["arn:aws:sns:us-east-1:123456789012:notices"],
  ...place,
  ...SIZES.Production.database,
  environment: "Production",
  database: "learn",
  vaultSecurityGroupId: "sg-vault",
  adminPassword: "hush",
};
const cache: CacheArgs = {
  alarmTopics: ["arn:aws:sns:us-east-1:123456789012:notices"],
  ...place,
  nodeType: "cache.t4g.small",
  authToken: "a".repeat(32),
};
const INSTANCE = "aws:rds/instance:Instance";
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";

Deno.test("a database is encrypted, private, watched, and makes its users by Vault", async () => {
  const made = await make(() => new Database("learn", { ...database, alarmTopics: ["arn:t"] }));
  assert.deepEqual(made.findings, []);
  const instance = made.inputs(INSTANCE, "learn");
  assert.equal(instance.storageEncrypted, true);
  assert.equal(instance.publiclyAccessible, false);
  assert.equal(instance.multiAz, true);
  assert.equal(instance.autoMinorVersionUpgrade, true);
  assert.equal(instance.skipFinalSnapshot, false);
  const { family, parameters } = made.inputs("aws:rds/parameterGroup:ParameterGroup", "learn");
  assert.equal(family, "postgres17");
  assert.deepEqual(parameters, [
    { name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" },
  ]);
  const rule = made.inputs("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "learn-0");
  assert.equal(rule.referencedSecurityGroupId, "sg-nodes");
  assert.equal(rule.fromPort, 5432);
  const makers = made.inputs(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "learn-vault",
  );
  assert.equal(makers.referencedSecurityGroupId, "sg-vault");
  const alarm = made.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "learn-storage");
  assert.equal(alarm.threshold, 10_000_000_000);
  assert.deepEqual(alarm.alarmActions, ["arn:t"]);
  assert.equal(made.inputs("vault:index/mount:Mount", "learn").path, "postgres-learn");
  const { inputs } = made.resources.find(({ type }) => type === INSTANCE)!;
  assert.ok(containsSecret(inputs.password));
});

Deno.test("a replica reads; a whole version stays where it is; MariaDB is one too", async () => {
  const made = await make(() =>
    new Database("learn", {
      ...database,
      engine: "mariadb",
      version: "11.4.5",
      readReplica: "db.t4g.large",
    })
  );
  const replica = made.inputs(INSTANCE, "learn-replica");
  assert.equal(replica.instanceClass, "db.t4g.large");
  assert.equal(replica.replicateSourceDb, "learn-production");
  const instance = made.inputs(INSTANCE, "learn");
  assert.equal(instance.autoMinorVersionUpgrade, false);
  assert.equal(instance.port, 3306);
  const { family } = made.inputs("aws:rds/parameterGroup:ParameterGroup", "learn");
  assert.equal(family, "mariadb11.4");
});

for (const environment of Environment.options) {
  Deno.test(`the table's sizes for ${environment} are what its databases and caches take`, async () => {
    const made = await make(() => {
      new Database("learn", { ...database, ...SIZES[environment].database, environment });
      new Cache("learn", { ...cache, ...SIZES[environment].cache });
    });
    assert.equal(
      made.inputs(INSTANCE, "learn").instanceClass,
      SIZES[environment].database.instanceClass,
    );
  });
}

const refusedDatabases: [what: string, change: Partial<DatabaseArgs>, message: RegExp][] = [
  ["production without backups", { backupDays: 0 }, /backupDays: Production keeps copies for 7/],
  ["production that can be deleted", { deletionProtection: false }, /Production's .* protected/],
  ["production in one zone", { multiAz: false }, /multiAz: .* survive the loss of a zone/],
  ["an unknown instance class", { instanceClass: "db.m99g.large" }, /is no instance class of RDS/],
  ["a class without db.", { instanceClass: "m7g.large" }, /is no instance class of RDS/],
  ["a size that the series lacks", { instanceClass: "db.t4g.24xlarge" }, /is no instance class/],
  ["an old Postgres", { version: "9.6" }, /version: is no supported version of postgres/],
  ["a Postgres version for MariaDB", { engine: "mariadb" }, /no supported version of mariadb/],
  [
    "room that does not grow",
    { storageGb: 100, maxStorageGb: 105 },
    /maxStorageGb: must exceed storageGb by a tenth/,
  ],
  [
    "a replica without backups",
    { environment: "CI", backupDays: 0, readReplica: "db.t4g.large" },
    /readReplica: needs backups/,
  ],
  [
    "blue and green with a replica",
    { blueGreen: true, readReplica: "db.t4g.large" },
    /blueGreen: does not go with/,
  ],
  ["a database's name with a dash", { database: "learn-ai" }, /database: must be a name/],
  ["copies for two months", { backupDays: 60 }, /backupDays: Too big/],
];
for (const [what, change, message] of refusedDatabases) {
  Deno.test(`a database is refused with ${what}`, async () => {
    await assert.rejects(make(() => new Database("learn", { ...database, ...change })), message);
  });
}

Deno.test("a cache is encrypted, has a token, and fails over when it has replicas", async () => {
  const made = await make(() => new Cache("learn", { ...cache, replicas: 1 }));
  assert.deepEqual(made.findings, []);
  const group = made.inputs(GROUP, "learn");
  assert.equal(group.transitEncryptionEnabled, true);
  assert.equal(group.atRestEncryptionEnabled, true);
  assert.equal(group.automaticFailoverEnabled, true);
  assert.equal(group.numCacheClusters, 2);
  const { inputs } = made.resources.find(({ type }) => type === GROUP)!;
  assert.ok(containsSecret(inputs.authToken));
  const parameters = made.inputs("aws:elasticache/parameterGroup:ParameterGroup", "learn");
  assert.equal(parameters.family, "valkey8");
});

const refusedCaches: [what: string, change: Partial<CacheArgs>, message: RegExp][] = [
  ["a short token", { authToken: "short" }, /authToken: .*must have 16 to 128 characters/],
  ["a token with a slash", { authToken: "a/".repeat(10) }, /authToken: .*must be letters/],
  ["an unknown type of node", { nodeType: "t4g.small" }, /nodeType: must be a type such as/],
  ["Redis 8", { engine: "redis" }, /version: is no version of the engine/],
  ["six replicas", { replicas: 6 }, /replicas: Too big/],
];
for (const [what, change, message] of refusedCaches) {
  Deno.test(`a cache is refused with ${what}`, async () => {
    await assert.rejects(make(() => new Cache("learn", { ...cache, ...change })), message);
  });
}

Deno.test("a cache's name has to be ElastiCache's", async () => {
  for (const name of ["learn--qa", "1learn", "a".repeat(41), "learn_qa"]) {
    await assert.rejects(make(() => new Cache(name, cache)), /name: must be at most 40/, name);
  }
});

Deno.test("a bucket is private, encrypted, versioned, and takes no plain HTTP", async () => {
  const made = await make(() => new Bucket("learn-media"));
  assert.deepEqual(made.findings, []);
  const s3 = (kind: string) =>
    made.inputs(`aws:s3/${kind[0].toLowerCase()}${kind.slice(1)}:${kind}`, "learn-media");
  const { bucket: _, ...block } = s3("BucketPublicAccessBlock");
  assert.deepEqual(Object.values(block), [true, true, true, true]);
  assert.equal(s3("BucketVersioning").versioningConfiguration.status, "Enabled");
  const [statement] = JSON.parse(s3("BucketPolicy").policy).Statement;
  assert.equal(statement.Effect, "Deny");
  assert.deepEqual(statement.Condition, { Bool: { "aws:SecureTransport": "false" } });
  assert.equal(
    s3("BucketLifecycleConfiguration").rules[0].noncurrentVersionExpiration.noncurrentDays,
    90,
  );
});

const refusedBuckets: [what: string, args: BucketArgs, message: RegExp][] = [
  ["a rule that says nothing", { lifecycle: [{ prefix: "a" }] }, /lifecycle\[0\]: says nothing/],
  [
    "archiving after deleting",
    { lifecycle: [{ archiveDays: 60, expireDays: 30 }] },
    /lifecycle\[0\]\.archiveDays: must be less than expireDays/,
  ],
  ["every origin", { corsOrigins: ["*"] }, /corsOrigins\[0\]: must be an origin/],
];
for (const [what, args, message] of refusedBuckets) {
  Deno.test(`a bucket is refused with ${what}`, async () => {
    await assert.rejects(make(() => new Bucket("learn-media", args)), message);
  });
}

Deno.test("a bucket's name has to be S3's", async () => {
  await assert.rejects(make(() => new Bucket("Learn_Media")), /name: must be lower-case letters/);
});
