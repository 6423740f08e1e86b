import assert from "node:assert/strict";
import { EksCluster, type EksClusterArgs } from "infra/components/eks_cluster.ts";
import { make } from "tests/support/program.ts";

const args: EksClusterArgs = {
  version: "1.34",
  region: "us-east-1",
  subnetIds: ["subnet-a", "subnet-b"],
  serviceCidr: "172.20.0.0/16",
  apiNetworks: { operations: "10.22.0.0/16" },
  deployers: { worker: "arn:aws:iam::123456789012:role/worker" },
  nodeGroups: { general: { instanceTypes: ["m7i.large"], min: 2, max: 6 } },
};

Deno.test("a cluster is private, logs, encrypts its secrets and answers to IMDSv2 alone", async () => {
  const made = await make(() => new EksCluster("data-qa", args));
  assert.deepEqual(made.findings, []);
  const cluster = made.inputs("aws:eks/cluster:Cluster", "data-qa");
  assert.equal(cluster.vpcConfig.endpointPublicAccess, false);
  assert.equal(cluster.accessConfig.authenticationMode, "API");
  assert.deepEqual(cluster.encryptionConfig.resources, ["secrets"]);
  assert.match(cluster.encryptionConfig.provider.keyArn, /^arn:aws:kms:/);
  const template = made.inputs("aws:ec2/launchTemplate:LaunchTemplate", "data-qa-general");
  assert.deepEqual(template.metadataOptions, {
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
  });
  assert.equal(template.blockDeviceMappings[0].ebs.encrypted, "true");
  const { url } = made.inputs("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "data-qa");
  assert.match(url, /^https:\/\/oidc\.eks\.us-east-1\.amazonaws\.com\/id\//);
  const rule = made.inputs(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "data-qa-api-operations",
  );
  assert.deepEqual([rule.cidrIpv4, rule.fromPort, rule.toPort], ["10.22.0.0/16", 443, 443]);
  const disks = made.inputs("aws:eks/addon:Addon", "data-qa-aws-ebs-csi-driver");
  assert.equal(disks.configurationValues, '{"defaultStorageClass":{"enabled":true}}');
  const addOns = made.names.filter((name) => name.startsWith("aws:eks/addon:Addon"));
  assert.equal(addOns.length, 5);
  assert.ok(made.names.every((name) => name.split(" ")[1].startsWith("data-qa")));
});

Deno.test("administrators are roles of the account, by access entries", async () => {
  const made = await make(() =>
    new EksCluster("data-qa", {
      ...args,
      administrators: ["platform/admin"],
      publicAccess: ["192.0.2.0/24"],
    })
  );
  const entry = made.inputs("aws:eks/accessEntry:AccessEntry", "data-qa-admin");
  assert.equal(entry.principalArn, "arn:aws:iam::123456789012:role/platform/admin");
  const { vpcConfig } = made.inputs("aws:eks/cluster:Cluster", "data-qa");
  assert.deepEqual(vpcConfig.publicAccessCidrs, ["192.0.2.0/24"]);
  const deployer = made.inputs("aws:eks/accessEntry:AccessEntry", "data-qa-worker");
  assert.equal(deployer.principalArn, "arn:aws:iam::123456789012:role/worker");
  const { accessConfig } = made.inputs("aws:eks/cluster:Cluster", "data-qa");
  assert.equal(accessConfig.bootstrapClusterCreatorAdminPermissions, false);
});

const group = args.nodeGroups.general;
const refused: [what: string, change: Partial<EksClusterArgs>, message: RegExp][] = [
  ["an API that everyone reaches", { publicAccess: ["0.0.0.0/0"] }, /would let everyone in/],
  ["no nodes", { nodeGroups: {} }, /nodeGroups: name at least one group/],
  ["a version with a patch", { version: "1.34.2" }, /version: must be a version such as 1\.34/],
  [
    "an instance type without a size",
    { nodeGroups: { a: { ...group, instanceTypes: ["m7i"] } } },
    /instanceTypes\[0\]: must be a type/,
  ],
  [
    "a range of nodes upside down",
    { nodeGroups: { a: { ...group, min: 9 } } },
    /nodeGroups\.a\.max: must not be less than min/,
  ],
  [
    "an administrator by ARN",
    { administrators: ["arn:aws:iam::123456789012:role/admin"] },
    /administrators\[0\]: must be a role's name/,
  ],
];
for (const [what, change, message] of refused) {
  Deno.test(`a cluster is refused with ${what}`, async () => {
    await assert.rejects(make(() => new EksCluster("data-qa", { ...args, ...change })), message);
  });
}
