import assert from "node:assert/strict";
import { previewStack } from "tests/support/stack.ts";

const ID = "ol-infrastructure-iam:QA";

Deno.test("a role is taken on with a second factor alone, and makes no long-lived keys", async () => {
  const { inputs, preview } = await previewStack(ID);
  assert.deepEqual(preview.findings.filter(({ level }) => level === "mandatory"), []);
  const role = inputs("aws:iam/role:Role", "platform-engineering-qa");
  const [trust] = JSON.parse(role.assumeRolePolicy).Statement;
  assert.equal(trust.Condition.Bool["aws:MultiFactorAuthPresent"], "true");
  assert.equal(role.maxSessionDuration, 4 * 3600);
  const inline = inputs("aws:iam/rolePolicy:RolePolicy", "platform-engineering-qa-no-keys");
  const [denied] = JSON.parse(inline.policy).Statement;
  assert.equal(denied.Effect, "Deny");
  assert.ok(denied.Action.includes("iam:CreateAccessKey"));
});

Deno.test("nothing of the account is public, and machines answer IMDSv2", async () => {
  const { inputs } = await previewStack(ID);
  const buckets = inputs("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "buckets");
  assert.ok(
    [buckets.blockPublicAcls, buckets.blockPublicPolicy, buckets.restrictPublicBuckets].every(
      (blocked) => blocked === true,
    ),
  );
  const defaults = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults";
  assert.equal(inputs(defaults, "metadata").httpTokens, "required");
});

const role = { description: "Looks at everything", managedPolicies: ["SecurityAudit"] };
const roles = (change: object, name = "reader") => ({ roles: { [name]: { ...role, ...change } } });
const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["no role", { roles: {} }, /roles: name at least one role/],
  ["a role without a purpose", roles({ description: "" }), /roles\.reader\.description: must say/],
  [
    "a role that may do nothing",
    roles({ managedPolicies: [] }),
    /managedPolicies: a role that may/,
  ],
  [
    "a policy by ARN",
    roles({ managedPolicies: ["arn:aws:iam::aws:policy/SecurityAudit"] }),
    /managedPolicies\[0\]: must be a policy's name/,
  ],
  [
    "administrators for a day",
    roles({ managedPolicies: ["AdministratorAccess"], sessionHours: 12 }),
    /sessionHours: administrators log in again after 4 hours/,
  ],
  ["a session of two days", roles({ sessionHours: 48 }), /sessionHours: Too big/],
  ["a role's name in capitals", roles({}, "Reader"), /roles\.Reader: key must be lower-case/],
  ["short passwords", { minimumPasswordLength: 8 }, /minimumPasswordLength: must be at least 14/],
];
for (const [what, change, message] of refused) {
  Deno.test(`an account is refused with ${what}`, async () => {
    await assert.rejects(previewStack(ID, change), message);
  });
}
