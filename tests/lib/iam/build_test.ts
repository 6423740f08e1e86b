import assert from "node:assert/strict";
import {
  findIamIssues,
  isAtLeast,
  policyDocument,
  splitPolicyBySize,
  statement,
  trustPolicy,
} from "lib/iam/mod.ts";
import { policySize } from "lib/iam/rules/size.ts";
import { random } from "tests/lib/iam/mutate.ts";

Deno.test("statement() spells a statement as IAM does and leaves out what is not given", () => {
  assert.deepEqual(
    statement({
      sid: "Read",
      actions: ["s3:GetObject", "s3:List*"],
      resources: "arn:aws:s3:::b/*",
    }),
    {
      Sid: "Read",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:List*"],
      Resource: "arn:aws:s3:::b/*",
    },
  );
});

Deno.test("statement() throws naming every action that does not exist and the nearest", () => {
  assert.throws(
    // @ts-expect-error "GetObject" has no service, which the type knows too
    () => statement({ actions: ["s3:GetObjct", "s33:GetObject", "GetObject"], resources: "*" }),
    (error: Error) =>
      /"s3:GetObjct".*"GetObject"\?/.test(error.message) && /"s33:GetObject"/.test(error.message) &&
      /"GetObject" is no action/.test(error.message),
  );
});

const PROVIDER = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC";
const GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

const TRUSTS = {
  "a service": trustPolicy.service("ec2"),
  "two services for one account": trustPolicy.service(["ecs-tasks", "lambda.amazonaws.com"], {
    sourceAccount: "123456789012",
    sourceArn: "arn:aws:ecs:us-east-1:123456789012:*",
  }),
  "pod identity": trustPolicy.service("pods.eks"),
  "a service account": trustPolicy.irsa({
    provider: PROVIDER,
    namespace: "apps",
    serviceAccount: "web",
  }),
  "all service accounts of a namespace": trustPolicy.irsa({
    provider: PROVIDER,
    namespace: "apps",
    serviceAccount: "*",
  }),
  "a repository": trustPolicy.githubOidc({ provider: GITHUB, repository: "mitodl/app" }),
  "a branch": trustPolicy.githubOidc({
    provider: GITHUB,
    repository: "mitodl/app",
    branch: "main",
  }),
  "an environment": trustPolicy.githubOidc({
    provider: GITHUB,
    repository: "mitodl/app",
    environment: "production",
  }),
  "an account": trustPolicy.account("210987654321", {
    externalId: "x",
    mfa: true,
    roles: ["ci-*"],
  }),
};

for (const [name, document] of Object.entries(TRUSTS)) {
  Deno.test(`trustPolicy: nothing is found in the trust of ${name}`, () => {
    const { findings } = findIamIssues(document, { type: "trust" });
    assert.deepEqual(findings.filter(({ severity }) => isAtLeast(severity, "LOW")), []);
  });
}

Deno.test("trustPolicy.githubOidc() trusts exactly the branch", () => {
  assert.deepEqual(TRUSTS["a branch"].Statement[0].Condition, {
    StringEquals: {
      "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      "token.actions.githubusercontent.com:sub": "repo:mitodl/app:ref:refs/heads/main",
    },
  });
});

const REFUSED: Record<string, () => unknown> = {
  "a repository with a wildcard": () =>
    trustPolicy.githubOidc({ provider: GITHUB, repository: "mitodl/*" }),
  "a branch and an environment": () =>
    trustPolicy.githubOidc({ provider: GITHUB, repository: "a/b", branch: "m", environment: "e" }),
  "a provider that is no ARN": () =>
    trustPolicy.irsa({ provider: "eks", namespace: "a", serviceAccount: "b" }),
  "any namespace": () =>
    trustPolicy.irsa({ provider: PROVIDER, namespace: "*", serviceAccount: "b" }),
  "an account of eleven digits": () => trustPolicy.account("12345678901"),
};

for (const [name, build] of Object.entries(REFUSED)) {
  Deno.test(`trustPolicy refuses ${name}`, () => assert.throws(build, { name: "Problem" }));
}

/** What a policy says, one entry for each combination of its lists. */
function meaning(documents: readonly { Statement: unknown }[]): string[] {
  return documents.flatMap(({ Statement }) => [Statement].flat() as Record<string, unknown>[])
    .flatMap(({ Effect, Action, NotAction, Resource, Condition }) =>
      [Action ?? null].flat().flatMap((action) =>
        [Resource].flat().map((resource) =>
          JSON.stringify([Effect, action, NotAction, resource, Condition])
        )
      )
    ).sort();
}

Deno.test("splitPolicyBySize() keeps each part within the limit and the meaning of the whole", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed);
    const upTo = (most: number) => 1 + Math.floor(next() * most);
    const names = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, at) => `${prefix}${seed}${at}${"x".repeat(upTo(40))}`);
    const document = {
      Version: "2012-10-17",
      Statement: Array.from({ length: upTo(12) }, (_, at) => ({
        ...next() < 0.5 ? { Sid: `S${at}` } : {},
        Effect: next() < 0.8 ? "Allow" : "Deny",
        ...next() < 0.9 ? { Action: names(upTo(20), "s3:") } : { NotAction: names(3, "s3:") },
        Resource: names(upTo(30), "arn:aws:s3:::"),
        ...next() < 0.3 ? { Condition: { StringEquals: { "aws:username": names(2, "") } } } : {},
      })),
    };
    const limit = 800 + Math.floor(next() * 3000);
    const parts = splitPolicyBySize(document, limit);
    assert(parts.every((part) => policySize(part) <= limit), `${seed}`);
    assert.deepEqual(meaning(parts), meaning([document]), `${seed}`);
    for (const part of parts) {
      const sids = (part.Statement as { Sid?: string }[]).flatMap(({ Sid }) => Sid ?? []);
      assert.equal(new Set(sids).size, sids.length, `${seed}`);
    }
  }
});

Deno.test("splitPolicyBySize() hands back a short policy and refuses a statement without lists", () => {
  const short = policyDocument({ actions: "s3:GetObject", resources: "*" });
  assert.deepEqual(splitPolicyBySize(short), [short]);
  const long = { Statement: { Effect: "Allow", Action: "s3:*", Resource: "x".repeat(7000) } };
  assert.throws(() => splitPolicyBySize(long), /Statement 0 has \d+ characters/);
});
