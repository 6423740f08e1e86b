import assert from "node:assert/strict";
import type { Suppression } from "lib/iam/mod.ts";
import { checkGates } from "lib/pulumi/gates.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";

const TAGS = Object.fromEntries(
  ["OU", "Environment", "business_unit", "environment", "pulumi_managed", "application", "owner"]
    .map((name) => [name, "x"]),
);

function gate(
  type: string,
  inputs: Record<string, unknown>,
  stack = "QA",
  name = "thing",
  ignore: Suppression[] = [],
) {
  const urn = `urn:pulumi:${stack}::p::${type}::${name}`;
  const resource = { urn, type, name, custom: true, id: name, inputs, outputs: inputs };
  return checkGates(
    { resources: [{ ...resource, dependencies: [], protect: false }] },
    parseStack("ol-infrastructure-p", stack),
    ignore,
  );
}

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

Deno.test("a resource without the tags that its type takes is refused", () => {
  const [finding] = gate("aws:s3/bucket:Bucket", { tags: { OU: "operations" } });
  assert.equal(finding.level, "mandatory");
  assert.match(finding.message, /lacks Environment, business_unit/);
  assert.deepEqual(gate("aws:s3/bucket:Bucket", { tags: TAGS }), []);
  const list = Object.keys(TAGS).map((key) => ({ key, value: "x" }));
  assert.deepEqual(gate("aws:autoscaling/group:Group", { tags: list }), []);
  assert.deepEqual(gate("aws:ec2/route:Route", {}), [], "what takes no tags needs none");
});

Deno.test("a policy that grants too much is refused, with its subject", () => {
  const findings = gate("aws:iam/rolePolicy:RolePolicy", {
    role: "r",
    policy: policy({ Action: "iam:*", Resource: "*" }),
  });
  const mandatory = findings.filter(({ level }) => level === "mandatory");
  assert.ok(mandatory.length > 0);
  assert.match(mandatory[0].subject, /aws:iam\/rolePolicy:RolePolicy::thing:policy/);
});

Deno.test("a finding that is meant to be is not shown, but that its suppression expired is", () => {
  const inputs = { role: "r", policy: policy({ Sid: "All", Action: "iam:*", Resource: "*" }) };
  const ids = (ignore?: Suppression[]) =>
    gate("aws:iam/rolePolicy:RolePolicy", inputs, "QA", "thing", ignore)
      .map(({ message }) => message.split(" ")[1]);
  const all = [...new Set(ids())].map((id) => ({
    id,
    sid: "All",
    reason: "a test",
    expires: "2999-12-31",
  }));
  const union = ids().filter((id) => !ids(all).includes(id));
  assert.ok(union.length > 0);
  const [first, ...others] = all;
  assert.ok(ids(others).includes(first.id));
  assert.ok(ids([{ ...first, expires: "2020-01-01" }]).includes("SUPPRESSION_EXPIRED"));
});

Deno.test("which severity stops a deployment is the environment's", () => {
  const inputs = {
    policy: policy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b" }),
    role: "r",
  };
  const levelIn = (stack: string) =>
    gate("aws:iam/rolePolicy:RolePolicy", inputs, stack).find(({ message }) =>
      message.startsWith("MEDIUM")
    )?.level;
  assert.equal(levelIn("CI"), "advisory");
  assert.equal(levelIn("Production"), "mandatory");
});

Deno.test("an odd name is shown in CI and stops in Production", () => {
  for (const [stack, level] of [["CI", "advisory"], ["Production", "mandatory"]]) {
    const [finding] = gate("aws:ec2/route:Route", {}, stack, "no good name");
    assert.equal(finding.level, level);
  }
});

Deno.test("a banned construct is refused, with the way out", () => {
  const [dynamic] = gate("pulumi-nodejs:dynamic:Resource", {}, "CI");
  assert.match(dynamic.message, /hangs under Deno: use a provider's resource/);
  const [key] = gate("aws:iam/accessKey:AccessKey", { user: "u" }, "CI");
  assert.equal(key.level, "mandatory");
  assert.match(key.message, /let Vault's AWS engine, or a role, give credentials/);
});
