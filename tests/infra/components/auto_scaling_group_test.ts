import assert from "node:assert/strict";
import {
  AutoScalingGroup,
  type AutoScalingGroupArgs,
  type Behind,
} from "infra/components/auto_scaling_group.ts";
import { LoadBalancer } from "infra/components/load_balancer.ts";
import { policyDocument } from "lib/iam/mod.ts";
import { REQUIRED_TAGS } from "lib/pulumi/tags.ts";
import { make } from "tests/support/program.ts";

const group: AutoScalingGroupArgs = {
  imageId: "ami-0123456789abcdef0",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  instanceTypes: ["m7i.large"],
  min: 1,
  max: 3,
};
const GROUP = "aws:autoscaling/group:Group";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

Deno.test("machines ask the metadata service for a token, have encrypted disks, and log in nobody", async () => {
  const made = await make(() => new AutoScalingGroup("web", { ...group, userData: "grün" }));
  assert.deepEqual(made.findings, []);
  const template = made.inputs(TEMPLATE, "web");
  assert.equal(template.metadataOptions.httpTokens, "required");
  assert.equal(template.metadataOptions.httpPutResponseHopLimit, 1);
  assert.equal(template.blockDeviceMappings[0].ebs.encrypted, "true");
  assert.equal(template.keyName, undefined);
  assert.equal(template.userData, "Z3LDvG4=");
  assert.deepEqual(made.resources.filter(({ type }) => type === INGRESS), []);
});

Deno.test("machines are replaced by rolling refresh, carry the tags, and roll back", async () => {
  const made = await make(() => new AutoScalingGroup("web", group));
  const inputs = made.inputs(GROUP, "web");
  assert.equal(inputs.instanceRefresh.preferences.autoRollback, true);
  assert.equal(inputs.launchTemplate.version, "1");
  assert.equal(inputs.healthCheckType, "EC2");
  const tags = inputs.tags as { key: string; propagateAtLaunch: boolean }[];
  assert.deepEqual(REQUIRED_TAGS.filter((name) => !tags.some(({ key }) => key === name)), []);
  assert.ok(tags.every(({ propagateAtLaunch }) => propagateAtLaunch));
});

Deno.test("behind a load balancer, it alone reaches the machines, and its health check counts", async () => {
  const behind = { hosts: ["web.example.edu"], priority: 10, port: 8080, healthPath: "/up" };
  const made = await make(() => {
    const loadBalancer = new LoadBalancer("front", {
      vpcId: "vpc-1",
      subnetIds: ["subnet-a", "subnet-b"],
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
    });
    new AutoScalingGroup("web", { ...group, behind: { ...behind, loadBalancer } });
    const store = {
      ...behind,
      hosts: ["store.example.edu"],
      priority: 20,
      replaceUnhealthy: false,
    };
    new AutoScalingGroup("store", { ...group, behind: { ...store, loadBalancer } });
  });
  assert.equal(made.inputs(GROUP, "web").healthCheckType, "ELB");
  assert.equal(made.inputs(GROUP, "store").healthCheckType, "EC2");
  assert.equal(made.inputs(GROUP, "web").targetGroupArns.length, 1);
  assert.equal(made.inputs("aws:lb/targetGroup:TargetGroup", "web").healthCheck.path, "/up");
  const rule = made.inputs("aws:lb/listenerRule:ListenerRule", "web");
  assert.deepEqual(rule.conditions[0].hostHeader.values, ["web.example.edu"]);
  const ingress = made.inputs(INGRESS, "web-balancer");
  assert.equal(ingress.fromPort, 8080);
  assert.match(ingress.referencedSecurityGroupId, /^sg-/);
});

Deno.test("a share of the spot market buys whichever type is to be had", async () => {
  const made = await make(() =>
    new AutoScalingGroup("web", {
      ...group,
      instanceTypes: ["m7i.large", "m6i.large"],
      spot: { onDemandBase: 1, onDemandPercent: 20 },
      targetCpuPercent: 60,
    })
  );
  const { mixedInstancesPolicy: policy, launchTemplate } = made.inputs(GROUP, "web");
  assert.equal(launchTemplate, undefined);
  assert.deepEqual(policy.launchTemplate.overrides, [
    { instanceType: "m7i.large" },
    { instanceType: "m6i.large" },
  ]);
  assert.equal(policy.instancesDistribution.onDemandPercentageAboveBaseCapacity, 20);
  const scaling = made.inputs("aws:autoscaling/policy:Policy", "web-cpu");
  assert.equal(scaling.targetTrackingConfiguration.targetValue, 60);
});

Deno.test("what machines may do is a policy of their role; peers speak on their ports", async () => {
  const iamPolicy = policyDocument({
    actions: "s3:GetObject",
    resources: "arn:aws:s3:::learn-media/*",
  });
  const made = await make(() =>
    new AutoScalingGroup("web", { ...group, iamPolicy, peerPorts: [8201] })
  );
  const { policy } = made.inputs("aws:iam/rolePolicy:RolePolicy", "web");
  assert.equal(JSON.parse(policy).Statement[0].Action, "s3:GetObject");
  assert.equal(made.inputs(INGRESS, "web-peers-8201").toPort, 8201);
});

const refused: [what: string, change: Partial<AutoScalingGroupArgs>, message: RegExp][] = [
  ["an image's name", { imageId: "vault-server" }, /imageId: must be an AMI such as/],
  [
    "an unknown type of machine",
    { instanceTypes: ["large"] },
    /instanceTypes\[0\]: must be a type/,
  ],
  ["no type", { instanceTypes: [] }, /instanceTypes: Too small/],
  ["a type twice", { instanceTypes: ["m7i.large", "m7i.large"] }, /instanceTypes: names a type/],
  [
    "two processor architectures",
    { instanceTypes: ["m7i.large", "m7g.large"] },
    /instanceTypes: mixes processor architectures/,
  ],
  ["more at least than at most", { min: 4 }, /min: must not exceed max/],
  ["scaling without room", { min: 3, targetCpuPercent: 50 }, /targetCpuPercent: has no room/],
  ["one type on the spot market", { spot: {} }, /instanceTypes: the spot market needs a choice/],
  [
    "a refresh that can replace nothing",
    { refresh: { maxHealthyPercent: 100 } },
    /refresh\.maxHealthyPercent: must exceed minHealthyPercent/,
  ],
  [
    "a refresh that AWS refuses",
    { refresh: { minHealthyPercent: 50 } },
    /refresh\.maxHealthyPercent: must be at most minHealthyPercent \+ 100/,
  ],
  [
    "a refresh that nothing can stop",
    { refresh: { stopWhenUnhealthy: true } },
    /refresh\.stopWhenUnhealthy: only a load balancer knows/,
  ],
  ["a disk that holds no system", { volumeGb: 4 }, /volumeGb: Too small/],
  [
    "a host that is an address",
    { behind: { hosts: ["https://a.edu"], priority: 1, port: 80 } as unknown as Behind },
    /behind: hosts\[0\]: must be a host/,
  ],
];
for (const [what, change, message] of refused) {
  Deno.test(`a group of machines is refused with ${what}`, async () => {
    await assert.rejects(make(() => new AutoScalingGroup("web", { ...group, ...change })), message);
  });
}
