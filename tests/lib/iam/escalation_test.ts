import assert from "node:assert/strict";
import { findIamIssues, findUnionEscalations, lintResources } from "lib/iam/mod.ts";
import { ESCALATIONS } from "lib/iam/tables/escalations.ts";
import { findAction } from "lib/iam/aws/data.ts";

const policy = (...Statement: unknown[]) => ({ Version: "2012-10-17", Statement });
const allow = (Action: unknown, Resource: unknown = "*", Condition?: unknown) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const severities = (document: unknown) =>
  findIamIssues(document, { type: "identity" }).findings
    .filter(({ id }) => id === "PRIVILEGE_ESCALATION").map(({ severity }) => severity);

Deno.test("at least 59 escalations are known, and all of their actions exist or once did", () => {
  assert(ESCALATIONS.length >= 59);
  const gone = [...new Set(ESCALATIONS.flatMap(({ actions }) => actions))]
    .filter((action) => !findAction(action));
  assert.deepEqual(
    gone,
    ["codestar:createproject", "codestar:associateteammember"].filter((action) =>
      gone.includes(action)
    ),
  );
});

for (const { name, actions } of ESCALATIONS) {
  Deno.test(`${name} is an escalation on everything, and none when an action is denied`, () => {
    assert(severities(policy(allow(actions))).includes("HIGH"));
    for (const action of actions) {
      const without = actions.filter((other) => other !== action);
      const denied = policy(allow(actions), { ...allow(action), Effect: "Deny" });
      const left = severities(denied).length;
      assert(left <= severities(policy(allow(without))).length, action);
    }
  });
}

const ROLE = "arn:aws:iam::123456789012:role/app-*";
const ROWS: Record<string, [document: unknown, wanted: string[]]> = {
  "PassRole on named roles": [policy(allow("iam:PassRole", ROLE), allow("ec2:RunInstances")), []],
  "PassRole on roles of a kind": [
    policy(allow("iam:PassRole", "arn:aws:iam::123456789012:role/*"), allow("ec2:RunInstances")),
    ["HIGH"],
  ],
  "PassRole to a service that does not help": [
    policy(
      allow("iam:PassRole", "*", {
        StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" },
      }),
      allow("ec2:RunInstances"),
    ),
    [],
  ],
  "PassRole to the very service": [
    policy(
      allow("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }),
      allow("ec2:RunInstances"),
    ),
    ["HIGH"],
  ],
  "PassRole to services like it": [
    policy(
      allow("iam:PassRole", "*", { StringLike: { "iam:PassedToService": "ec2.*" } }),
      allow("ec2:RunInstances"),
    ),
    [],
  ],
  "under a condition": [
    policy(allow("iam:AttachRolePolicy", "*", {
      ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess" },
    })),
    ["LOW"],
  ],
  "on the caller's own user": [
    policy(allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")),
    ["LOW"],
  ],
  "by NotAction": [policy({ Effect: "Allow", NotAction: "s3:*", Resource: "*" }), ["HIGH"]],
  "denied only under a condition": [
    policy(allow("iam:PutUserPolicy"), {
      ...allow("iam:*", "*", { Bool: { "aws:SecureTransport": "false" } }),
      Effect: "Deny",
    }),
    ["HIGH"],
  ],
};

for (const [name, [document, wanted]] of Object.entries(ROWS)) {
  Deno.test(`privilege escalation ${name}: ${wanted.join(", ") || "none"}`, () =>
    assert.deepEqual(severities(document), wanted));
}

Deno.test("findUnionEscalations() finds only what no policy allows alone", () => {
  const [pass, run] = [policy(allow("iam:PassRole")), policy(allow("ec2:RunInstances"))];
  assert.deepEqual(findUnionEscalations([pass]), []);
  assert.equal(findUnionEscalations([pass, JSON.stringify(run)]).length, 1);
  assert.deepEqual(
    findUnionEscalations([pass, run, policy(allow(["iam:PassRole", "ec2:RunInstances"]))]),
    [],
  );
  assert.deepEqual(findUnionEscalations([pass, "{"]), []);
});

Deno.test("lintResources() lints each document and the union of a role's policies", () => {
  const urn = (type: string, name: string) => `urn:pulumi:QA::ol-test::${type}::${name}`;
  const resource = (type: string, name: string, inputs: object, outputs: object = {}) => ({
    urn: urn(type, name),
    type,
    inputs: inputs as Record<string, unknown>,
    outputs: outputs as Record<string, unknown>,
  });
  const trust = policy({
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: "sts:AssumeRole",
  });
  const linted = lintResources([
    resource("aws:iam/role:Role", "app", { assumeRolePolicy: JSON.stringify(trust) }, {
      name: "app-1",
    }),
    resource("aws:iam/rolePolicy:RolePolicy", "pass", {
      role: "app-1",
      policy: policy(allow("iam:PassRole")),
    }),
    resource("aws:iam/policy:Policy", "run", { policy: policy(allow("ec2:RunInstances")) }, {
      arn: "arn:aws:iam::123456789012:policy/run",
    }),
    resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "run", {
      role: "app-1",
      policyArn: "arn:aws:iam::123456789012:policy/run",
    }),
  ]);
  assert.deepEqual(linted.map(({ file }) => file), [
    "aws:iam/role:Role::app:assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy::pass:policy",
    "aws:iam/policy:Policy::run:policy",
    "aws:iam/role:Role::app:all policies",
  ]);
  assert.equal(linted[3].findings[0].id, "PRIVILEGE_ESCALATION");
});
