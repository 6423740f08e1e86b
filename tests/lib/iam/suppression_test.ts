import assert from "node:assert/strict";
import { findIamIssues, type Suppression } from "lib/iam/mod.ts";

const document = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Keys",
      Effect: "Allow",
      Action: ["iam:CreateAccessKey", "iam:ListUsers"],
      Resource: "*",
    },
    { Sid: "Roles", Effect: "Allow", Action: "iam:PutRolePolicy", Resource: "*" },
  ],
};
const ID = "PERMISSIONS_MANAGEMENT_ACTIONS";
const base: Suppression = { id: ID, reason: "an administrator", expires: "2026-12-31" };

/** What is left of the findings of an id, by Sid, and the findings about suppressions. */
function left(...ignore: unknown[]): { sids: (string | undefined)[]; faults: string[] } {
  const { findings } = findIamIssues(document, {
    ignore: ignore as Suppression[],
    today: "2026-06-01",
  });
  return {
    sids: findings.filter(({ id }) => id === ID).map(({ sid }) => sid),
    faults: findings.filter(({ id }) => id.startsWith("SUPPRESSION_")).map(({ id }) => id),
  };
}

const ROWS: Record<string, [ignore: unknown[], sids: string[], faults: string[]]> = {
  "none suppresses nothing": [[], ["Keys", "Roles"], []],
  "an id alone suppresses all its findings": [[base], [], []],
  "a Sid narrows it": [[{ ...base, sid: "Roles" }], ["Keys"], []],
  "an action narrows it, whatever its case": [
    [{ ...base, action: "IAM:createaccesskey" }],
    ["Roles"],
    [],
  ],
  "an action with a wildcard": [[{ ...base, action: "iam:Put*" }], ["Keys"], []],
  "a Sid that is not there": [[{ ...base, sid: "Other" }], ["Keys", "Roles"], [
    "SUPPRESSION_UNUSED",
  ]],
  "an action that is not there": [[{ ...base, action: "s3:*" }], ["Keys", "Roles"], [
    "SUPPRESSION_UNUSED",
  ]],
  "a resource, for a finding without any": [[{ ...base, resource: "*" }], ["Keys", "Roles"], [
    "SUPPRESSION_UNUSED",
  ]],
  "its last day still counts": [[{ ...base, expires: "2026-06-01" }], [], []],
  "the day after does not": [[{ ...base, expires: "2026-05-31" }], ["Keys", "Roles"], [
    "SUPPRESSION_EXPIRED",
  ]],
  "an unknown id": [[{ ...base, id: "PERMISSIONS_MANAGEMENT" }], ["Keys", "Roles"], [
    "SUPPRESSION_UNKNOWN",
  ]],
  "an inherited name as id": [[{ ...base, id: "constructor" }], ["Keys", "Roles"], [
    "SUPPRESSION_UNKNOWN",
  ]],
  "no reason": [[{ ...base, reason: undefined }], ["Keys", "Roles"], [
    "SUPPRESSION_WITHOUT_REASON",
  ]],
  "a blank reason": [[{ ...base, reason: "  " }], ["Keys", "Roles"], [
    "SUPPRESSION_WITHOUT_REASON",
  ]],
  "no expiry": [[{ ...base, expires: undefined }], ["Keys", "Roles"], ["SUPPRESSION_MALFORMED"]],
  "a misspelt key": [[{ ...base, ignore_lcoations: [] }], ["Keys", "Roles"], [
    "SUPPRESSION_MALFORMED",
  ]],
  "no object at all": [[null, "x"], ["Keys", "Roles"], [
    "SUPPRESSION_MALFORMED",
    "SUPPRESSION_MALFORMED",
  ]],
};

for (const [name, [ignore, sids, faults]] of Object.entries(ROWS)) {
  Deno.test(`suppression: ${name}`, () => assert.deepEqual(left(...ignore), { sids, faults }));
}

Deno.test("suppression: a finding about several actions goes only when each is suppressed", () => {
  const both = {
    ...document,
    Statement: [{ ...document.Statement[1], Action: ["iam:PutRolePolicy", "iam:CreateUser"] }],
  };
  const count = (...ignore: Suppression[]) =>
    findIamIssues(both, { ignore, today: "2026-06-01" }).findings.filter(({ id }) => id === ID)
      .length;
  assert.equal(count({ ...base, action: "iam:CreateUser" }), 1);
  assert.equal(
    count({ ...base, action: "iam:CreateUser" }, { ...base, action: "iam:PutRolePolicy" }),
    0,
  );
});

Deno.test("suppression: an Access Analyzer code suppresses what Parliament's id stands for", () => {
  const wrong = { Version: "2012-10-17", Statement: { ...document.Statement[0], Effect: "allow" } };
  const { findings } = findIamIssues(wrong, {
    ignore: [{ ...base, id: "INVALID_EFFECT" }],
    today: "2026-06-01",
  });
  assert(!findings.some(({ id }) => id === "MALFORMED"));
});
