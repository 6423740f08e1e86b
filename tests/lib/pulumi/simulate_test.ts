import assert from "node:assert/strict";
import fc from "fast-check";
import { simulateInvoke } from "lib/pulumi/simulate/functions.ts";
import { simulateCreate, simulateUpdate } from "lib/pulumi/simulate/outputs.ts";
import { simulateDiff } from "lib/pulumi/simulate/replacements.ts";
import { canonicalJson } from "lib/schema/digest.ts";
import { asSecret, containsSecret, masked } from "lib/pulumi/simulate/wire.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";

const create = (type: string, inputs: Record<string, unknown> = {}) =>
  simulateCreate(type, "thing", `urn:pulumi:CI::p::${type}::thing`, inputs);

const made: [type: string, inputs: Record<string, unknown>, key: string, expected: RegExp][] = [
  ["aws:ec2/vpc:Vpc", {}, "id", /^vpc-[0-9a-f]{17}$/],
  ["aws:s3/bucket:Bucket", { bucket: "b" }, "arn", /^arn:aws:s3:::b$/],
  ["aws:iam/role:Role", { name: "r" }, "arn", /^arn:aws:iam::123456789012:role\/r$/],
  ["aws:iam/role:Role", { name: "r", path: "/a/" }, "arn", /:role\/a\/r$/],
  ["aws:sqs/queue:Queue", { name: "q" }, "url", /^https:\/\/sqs\.us-east-1\..*\/q$/],
  [
    "aws:rds/instance:Instance",
    { engine: "postgres", identifier: "d" },
    "endpoint",
    /^d\..*:5432$/,
  ],
  ["aws:eks/cluster:Cluster", { name: "c" }, "endpoint", /^https:\/\/.*eks\.amazonaws\.com$/],
  ["aws:cloudwatch/logGroup:LogGroup", { name: "/l" }, "arn", /:log-group:\/l$/],
  ["vault:index/policy:Policy", { name: "p" }, "id", /^p$/],
  ["kubernetes:core/v1:ConfigMap", { metadata: { name: "n", namespace: "s" } }, "id", /^s\/n$/],
  ["kubernetes:core/v1:ConfigMap", {}, "id", /^thing-[0-9a-f]{8}$/],
  ["random:index/randomPassword:RandomPassword", { length: 20 }, "result", /^[0-9a-f]{20}$/],
];

for (const [type, inputs, key, expected] of made) {
  Deno.test(`${type} ${JSON.stringify(inputs)} has ${key} ${expected}`, () => {
    const { id, outputs } = create(type, inputs);
    assert.match(String(key === "id" ? id : outputs[key]), expected);
  });
}

Deno.test("every output that the SDK promises has a value of its kind", () => {
  for (
    const type of ["aws:ec2/subnet:Subnet", "aws:lb/listener:Listener", "vault:index/mount:Mount"]
  ) {
    const { outputs } = create(type);
    for (const [key, kind] of resourceShape(type)!.outputs) {
      const value = outputs[key];
      assert.equal(Array.isArray(value) ? "array" : typeof value, kind, `${type} ${key}`);
    }
  }
});

Deno.test("the same resource is made the same way twice", () => {
  assert.deepEqual(create("aws:ec2/subnet:Subnet"), create("aws:ec2/subnet:Subnet"));
});

Deno.test("a secret input is a secret output, also after an update", () => {
  const { outputs } = create("vault:kv/secretV2:SecretV2", { dataJson: asSecret("hush") });
  assert.ok(containsSecret(outputs.dataJson));
  const updated = simulateUpdate(outputs, {}, { dataJson: asSecret("other") });
  assert.equal(masked(updated.dataJson), "[secret]");
});

Deno.test("an update keeps computed outputs and drops inputs that are gone", () => {
  const { outputs } = create("aws:ec2/vpc:Vpc", {
    cidrBlock: "10.0.0.0/16",
    enableDnsSupport: true,
  });
  const updated = simulateUpdate(
    outputs,
    { cidrBlock: "10.0.0.0/16", enableDnsSupport: true },
    { cidrBlock: "10.0.0.0/16" },
  );
  assert.equal(updated.arn, outputs.arn);
  assert.ok(!("enableDnsSupport" in updated));
});

const diffs: [
  type: string,
  before: object,
  after: object,
  changed: string[],
  replaces: string[],
][] = [
  ["aws:ec2/vpc:Vpc", { cidrBlock: "a" }, { cidrBlock: "b" }, ["cidrBlock"], ["cidrBlock"]],
  ["aws:ec2/vpc:Vpc", { tags: { a: "1" } }, { tags: { a: "2" } }, ["tags"], []],
  ["aws:ec2/vpc:Vpc", { tags: { a: "1", b: "2" } }, { tags: { b: "2", a: "1" } }, [], []],
  ["x:y/z:Z", { v: asSecret("a") }, { v: "a" }, [], []],
  ["kubernetes:core/v1:ConfigMap", { metadata: { name: "a" } }, { metadata: { name: "b" } }, [
    "metadata",
  ], ["metadata"]],
  [
    "kubernetes:apps/v1:Deployment",
    { spec: { replicas: 1 } },
    { spec: { replicas: 2 } },
    ["spec"],
    [],
  ],
  [
    "kubernetes:apps/v1:Deployment",
    { spec: { selector: { a: 1 } } },
    { spec: { selector: { a: 2 } } },
    ["spec"],
    ["spec"],
  ],
];

for (const [type, before, after, changed, replaces] of diffs) {
  Deno.test(`${type} ${JSON.stringify(before)} → ${JSON.stringify(after)} replaces by [${replaces}]`, () => {
    assert.deepEqual(simulateDiff(type, { ...before }, { ...after }), { changed, replaces });
  });
}

Deno.test("functions answer with what programs read", () => {
  const call = (token: string, args = {}) => simulateInvoke(token, args);
  assert.equal(call("aws:index/getCallerIdentity:getCallerIdentity").accountId, "123456789012");
  assert.equal(call("aws:index/getRegion:getRegion", { region: "us-west-2" }).name, "us-west-2");
  assert.match(String(call("aws:ec2/getAmi:getAmi", { filters: [] }).id), /^ami-/);
  const { json } = call("aws:iam/getPolicyDocument:getPolicyDocument", {
    statements: [{
      actions: ["s3:GetObject"],
      resources: ["*"],
      principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }],
    }],
  });
  assert.deepEqual(JSON.parse(String(json)).Statement[0], {
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: "*",
    Principal: { Service: "ec2.amazonaws.com" },
  });
});

Deno.test("canonical text does not depend on the order of keys", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    const turned = Object.fromEntries(Object.entries(value).reverse());
    assert.equal(canonicalJson(value), canonicalJson(turned));
  }));
});
