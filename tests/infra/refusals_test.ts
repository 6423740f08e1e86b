/** What a stack's configuration may not say: refused offline, by file and key, before anything is deployed. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";

const fleet = await loadFleet(ROOT);

const image = { repository: "mitodl/app" };
const digest = `sha256:${"0".repeat(64)}`;
const replicas = { min: 2, max: 4 };
const nodes = { instanceTypes: ["m7i.large"], min: 1, max: 2 };
const cluster = { version: "1.34", nodeGroups: { general: nodes } };
const tags = { OU: "mit-open", Environment: "Production" };

const LEARN = "ol-application-learn:Production";
const EKS = "ol-infrastructure-eks:QA";
const GRADER = "ol-application-xqwatcher:mitx.QA";
const NETWORK = "ol-infrastructure-network:QA";
const KMS = "ol-infrastructure-kms:QA";
const DNS = "ol-infrastructure-dns:Production";
const MONITORING = "ol-infrastructure-monitoring:Production";
const JAIL = "ol-application-codejail:QA";
const CONSUL = "ol-infrastructure-consul:QA";
const VAULT = "ol-infrastructure-vault:Production";
const CONCOURSE = "ol-infrastructure-concourse:Production";
const VAULT_SETUP = "ol-substructure-vault-setup:CI";

const vpcs = {
  applications: { cidrBlock: "10.2.0.0/16", kubernetes: { serviceCidr: "172.20.0.0/16" } },
  data: { cidrBlock: "10.12.0.0/16" },
  operations: { cidrBlock: "10.22.0.0/16" },
};

/** The stack, a key of its file and the value, and how the problem reads after the file's name. */
const refused: [stack: string, key: string, value: unknown, says: string][] = [
  [LEARN, "image", { ...image, tag: "1", digest }, "image: give either tag or digest"],
  [LEARN, "image", image, "image: give either tag or digest"],
  [LEARN, "image", { ...image, tag: "latest" }, 'image.tag: must name one image: "latest" is'],
  [LEARN, "image", { repository: "Mitodl", tag: "1" }, "image.repository: must be a repository"],
  [LEARN, "host", "learn.example.com", "host: must end with .odl.mit.edu"],
  [LEARN, "hosts", "learn.odl.mit.edu", 'hosts: unknown key: did you mean "host"?'],
  [LEARN, "web", { replicas: { min: 3, max: 2 } }, "web.replicas.max: must not be less than min"],
  [
    LEARN,
    "web",
    { replicas: { ...replicas, cpuPercent: 5 } },
    "web.replicas.cpuPercent: Too small",
  ],
  [LEARN, "web", { replicas, resources: { memory: "1G" } }, "web.resources.memory: must be a quan"],
  [LEARN, "web", { replicas, resources: { cpu: "0m" } }, "web.resources.cpu: must be a quantity"],
  [LEARN, "worker", { max: 0 }, "worker.max: Too small"],
  [LEARN, "worker", {}, "worker.max: Invalid input"],
  [LEARN, "database", { backupDays: 0 }, "backupDays: Production keeps copies for 7 days at least"],
  [LEARN, "database", { multiAz: false }, "multiAz: Production's databases survive the loss of"],
  [
    LEARN,
    "database",
    { instanceClass: "db.z9.huge" },
    "database.instanceClass: is no instance class of RDS: name one such as db.m7g.large",
  ],
  [LEARN, "database", { maxStorageGb: 100 }, "maxStorageGb: must exceed storageGb by a tenth"],
  [LEARN, "database", { sizeGb: 100 }, "database.sizeGb: unknown key"],
  [LEARN, "cache", { nodeType: "cache.huge" }, "cache.nodeType: must be a type such as"],
  [LEARN, "cache", { snapshotDays: 99 }, "cache.snapshotDays: Too big"],
  [LEARN, "tags", { OU: "mit-open" }, "tags.Environment: Invalid input"],
  [LEARN, "tags", { Environment: "Production" }, "tags.OU: Invalid option"],
  [LEARN, "tags", { ...tags, OU: "mit" }, "tags.OU: Invalid option"],
  [LEARN, "tags", { ...tags, Environment: "prod" }, "tags.Environment: must be CI, QA, Production"],
  [LEARN, "region", "eu-north-1", "region: Invalid option"],
  [EKS, "cluster", { ...cluster, version: "1.34.2" }, "cluster.version: must be a version such as"],
  [EKS, "cluster", { ...cluster, nodeGroups: {} }, "cluster.nodeGroups: name at least one group"],
  [
    EKS,
    "cluster",
    { ...cluster, nodeGroups: { general: { ...nodes, instanceTypes: ["m7i"] } } },
    "cluster.nodeGroups.general.instanceTypes[0]: must be a type such as m7i.large",
  ],
  [
    EKS,
    "cluster",
    { ...cluster, nodeGroups: { general: { ...nodes, min: 5 } } },
    "cluster.nodeGroups.general.max: must not be less than min",
  ],
  [
    EKS,
    "cluster",
    { ...cluster, publicAccess: ["0.0.0.0/0"] },
    "cluster.publicAccess[0]: would let everyone in",
  ],
  [
    EKS,
    "cluster",
    { ...cluster, publicAccess: ["192.0.2.1"] },
    "cluster.publicAccess[0]: Invalid IPv4 range",
  ],
  [
    EKS,
    "cluster",
    { ...cluster, administrators: ["arn:aws:iam::123456789012:role/a"] },
    "cluster.administrators[0]: must be a role's name, without an ARN",
  ],
  [EKS, "cluster", { ...cluster, logRetentionDays: 1 }, "cluster.logRetentionDays: Invalid input"],
  [EKS, "domain", "odl.mit.edu", "domain: unknown key"],
  [EKS, "certificateContact", "platform", "certificateContact: Invalid email"],
  [EKS, "gatewayReplicas", 0, "gatewayReplicas: Too small"],
  [GRADER, "replicas", 21, "replicas: Too big"],
  [GRADER, "replicas", "two", "replicas: Invalid input"],
  [GRADER, "replica", 2, 'replica: unknown key: did you mean "replicas"?'],
  [GRADER, "image", { ...image, digest: "sha256:1" }, "image.digest: must be sha256:"],
  [
    NETWORK,
    "vpcs",
    { ...vpcs, data: { cidrBlock: "10.2.128.0/17" } },
    "vpcs.data.cidrBlock: 10.2.128.0/17 lies in 10.2.0.0/16 of applications.cidrBlock",
  ],
  [
    NETWORK,
    "vpcs",
    { ...vpcs, data: { cidrBlock: "192.0.2.0/21" } },
    '192.0.2.0/21" has bits set beyond its prefix: did you mean',
  ],
  [NETWORK, "vpcs", { ...vpcs, data: { cidrBlock: "11.2.0.0/16" } }, "is not in a private range"],
  [NETWORK, "vpcs", { ...vpcs, data: { cidrBlock: "10.12.0.0/24" } }, "vpcs.data.cidrBlock: "],
  [NETWORK, "vpcs", { ...vpcs, learn: vpcs.data }, "vpcs.learn: unknown key"],
  [NETWORK, "vpcs", { ...vpcs, data: { ...vpcs.data, zones: ["a", "b"] } }, "at least three zones"],
  [
    NETWORK,
    "vpcs",
    { ...vpcs, data: { ...vpcs.data, zones: ["a", "b", "b"] } },
    "a zone is named twice",
  ],
  [
    NETWORK,
    "vpcs",
    { ...vpcs, data: { ...vpcs.data, natGateways: "all" } },
    "vpcs.data.natGateways: Invalid option",
  ],
  [NETWORK, "peerings", [["data", "data"]], "a network needs no peering with itself"],
  [
    NETWORK,
    "peerings",
    [["data", "operations"], ["operations", "data"]],
    "peerings: a pair is named twice",
  ],
  [NETWORK, "peerings", [["data", "learn"]], "peerings[0][1]: Invalid option"],
  [KMS, "deletionWindowDays", 6, "deletionWindowDays: Too small"],
  [KMS, "deletionWindowDays", 31, "deletionWindowDays: Too big"],
  [KMS, "deletionDays", 30, "deletionDays: unknown key"],
  [DNS, "domain", "*.odl.mit.edu", "domain: must be a domain in lower case"],
  [DNS, "domain", "ODL.mit.edu", "domain: must be a domain in lower case"],
  [DNS, "internalDomain", "odl.mit.edu", "internalDomain: must differ from domain"],
  [DNS, "certificateAuthorities", [], "certificateAuthorities: name at least one"],
  [
    DNS,
    "delegations",
    { media: ["ns1.example.edu"] },
    "delegations.media: name at least two servers",
  ],
  [
    DNS,
    "delegations",
    { "media.odl": ["ns1.example.edu", "ns2.example.edu"] },
    "must be one label such as ci",
  ],
  [MONITORING, "pages", [], "pages: must name somebody, or nobody hears of it"],
  [MONITORING, "pages", ["on-call"], "pages[0]: must be an e-mail address"],
  [MONITORING, "pages", ["http://example.edu"], "pages[0]: must be an e-mail address"],
  [MONITORING, "notices", ["a@example.edu", "a@example.edu"], "notices: names somebody twice"],
  [MONITORING, "monthlyBudget", 0, "monthlyBudget: Too small"],
  [MONITORING, "pageFromSeverity", 11, "pageFromSeverity: Too big"],
  [JAIL, "maxLifetimeDays", 31, "maxLifetimeDays: Too big"],
  [JAIL, "machines", { instanceTypes: ["large"] }, "machines.instanceTypes[0]: must be a type"],
  [JAIL, "machines", { min: 3 }, "min: must not exceed max"],
  [JAIL, "machines", { count: 3 }, "machines.count: unknown key"],
  [
    JAIL,
    "machines",
    { instanceTypes: ["m7a.large", "m7g.large"] },
    "instanceTypes: mixes processor architectures: one image runs on one of them",
  ],
  [CONSUL, "servers", 4, "servers: must be 3, 5 or 7"],
  [VAULT, "servers", 2, "servers: must be 3, 5 or 7, so that a majority is left when one is lost"],
  [VAULT, "snapshotDays", 7, "snapshotDays: Production's snapshots are kept for 30 days at least"],
  [VAULT, "volumeGb", 10, "volumeGb: Too small"],
  [VAULT, "instanceTypes", ["m7a"], "instanceTypes[0]: must be a type"],
  [CONCOURSE, "host", "cicd.example.com", "host: must end with .odl.mit.edu"],
  [CONCOURSE, "issuer", "sso.odl.mit.edu", "issuer: must be an https address"],
  [CONCOURSE, "administrators", "a,b", "administrators: must be a group's name"],
  [CONCOURSE, "web", { min: 9 }, "min: must not exceed max"],
  [
    CONCOURSE,
    "workers",
    { instanceTypes: ["m7g.large", "m7a.large"] },
    "mixes processor architect",
  ],
  [CONCOURSE, "workerVolumeGb", 20, "workerVolumeGb: Too small"],
  [CONCOURSE, "workerLifetimeDays", 60, "workerLifetimeDays: Too big"],
  [CONCOURSE, "database", { backupDays: 1 }, "backupDays: Production keeps copies for 7 days"],
  [CONCOURSE, "buildLogDays", 0, "buildLogDays: Too small"],
  [VAULT_SETUP, "issuer", "http://sso.example.edu", "issuer: must be an https address"],
  [VAULT_SETUP, "administrators", "", "administrators: Too small"],
  [VAULT_SETUP, "applications", ["learn", "learn"], "applications: names an application twice"],
  [VAULT_SETUP, "applications", ["global"], "global and operations are there anyway"],
  [VAULT_SETUP, "applications", ["Learn"], "applications[0]: must be lower-case letters"],
  [VAULT, "host", "vault.odl.mit.edu", "host: unknown key"],
];

for (const [id, key, value, says] of refused) {
  const shown = JSON.stringify(value);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  Deno.test(`${id} is refused ${key} ${short}`, async () => {
    const overrides = new Map([[id, { [key]: value }]]);
    const preview = (await previewFleet(fleet, [id], { overrides })).at(-1)!;
    assert.equal(preview.stack.id, id);
    assert.equal(preview.verdict, "failed");
    const found = preview.problems.find((problem) => problem.includes(says));
    assert.ok(found, preview.problems.join("\n"));
    const { info, on } = preview.stack;
    assert.ok(
      found.startsWith(`${on.folder}/Pulumi.${info.name}.yaml: `) ||
        /^(Database|AutoScalingGroup) /.test(found),
      `names neither file nor component: ${found}`,
    );
  });
}
