import assert from "node:assert/strict";
import { findIamIssues, IamLintError, lintIamPolicy, policyDocumentsOf } from "lib/iam/mod.ts";

const good = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/key" }],
};
const bad = { ...good, Statement: [{ ...good.Statement[0], Effect: "allow", Sid: "S" }] };

Deno.test("lintIamPolicy() returns the very document that it was given", () => {
  assert.equal(lintIamPolicy(good), good);
});

Deno.test("lintIamPolicy() returns text as it came and objects as JSON with stringify", () => {
  const text = JSON.stringify(good, null, 1);
  assert.equal(lintIamPolicy(text, { stringify: true }), text);
  assert.equal(lintIamPolicy(good, { stringify: true }), JSON.stringify(good));
});

Deno.test("lintIamPolicy() throws IamLintError with the findings at or above failOn", () => {
  assert.throws(() => lintIamPolicy(bad), (error) => {
    assert(error instanceof IamLintError);
    assert.deepEqual(
      error.findings.map(({ id, code, path, sid, nearest }) => ({
        id,
        code,
        path,
        sid,
        nearest,
      })),
      [{
        id: "MALFORMED",
        code: "INVALID_EFFECT",
        path: "$.Statement[0].Effect",
        sid: "S",
        nearest: "Allow",
      }],
    );
    return true;
  });
  assert.equal(lintIamPolicy(bad, { failOn: "CRITICAL" }), bad);
});

Deno.test("findIamIssues() gives line and column of what came as text", () => {
  const [finding] = findIamIssues(JSON.stringify(bad, null, 2)).findings;
  assert.deepEqual([finding.line, finding.column], [5, 17]);
  assert.equal(findIamIssues(bad).findings[0].line, undefined);
});

Deno.test("policyDocumentsOf() finds inline policies of a role beside its trust policy", () => {
  assert.deepEqual(
    policyDocumentsOf("aws:iam/role:Role", {
      assumeRolePolicy: "{}",
      inlinePolicies: [{ name: "a" }, { name: "b", policy: good }],
    }),
    [
      { property: "assumeRolePolicy", type: "trust", document: "{}" },
      { property: "inlinePolicies[1].policy", type: "identity", document: good },
    ],
  );
  assert.deepEqual(policyDocumentsOf("aws:s3/bucketObject:BucketObject", { policy: "{}" }), []);
});
