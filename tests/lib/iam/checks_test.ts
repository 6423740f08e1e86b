import assert from "node:assert/strict";
import { CATALOGUE } from "lib/iam/catalogue.ts";
import { CHECKS } from "lib/iam/checks.ts";
import { findIamIssues, type PolicyType } from "lib/iam/mod.ts";

const ALLOW = {
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::docs-bucket/*",
};
const OIDC = "arn:aws:iam::123456789012:oidc-provider/oidc.example.com";
const GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const ROOT = { AWS: "arn:aws:iam::123456789012:root" };
const TRUST = { Effect: "Allow", Principal: ROOT, Action: "sts:AssumeRole" };
const WEB = { Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" };
const RCP = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" };
const BUCKET = { ...ALLOW, Principal: ROOT };
const TOPIC = { Action: "sns:Publish", Resource: "arn:aws:sns:us-east-1:123456789012:t" };
const long = (count: number) =>
  Array.from({ length: count }, (_, at) => `arn:aws:s3:::docs-bucket/some/long/prefix/${at}/*`);

type Example = readonly [PolicyType, unknown];
const policy = (...statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });
const identity = (change: object): Example => ["identity", policy({ ...ALLOW, ...change })];
const when = (Condition: unknown, change: object = {}): Example =>
  identity({ ...change, Condition });
const trust = (change: object): Example => ["trust", policy({ ...TRUST, ...change })];
const resource = (change: object): Example => ["resource", policy({ ...BUCKET, ...change })];
const rcp = (change: object): Example => ["rcp", policy({ ...RCP, ...change })];
const scp = (change: object): Example => ["scp", policy({ ...ALLOW, ...change })];
const pass = (change: object): Example => ["identity", policy({ Effect: "Allow", ...change })];

/** One document for each implemented check. */
const EXAMPLES: Record<string, Example> = {
  DATA_TYPE_MISMATCH: identity({ Action: 1 }),
  INVALID_EFFECT: identity({ Effect: "allow" }),
  INVALID_POLICY_ELEMENT: identity({ Actions: [] }),
  MISSING_ACTION: ["identity", policy({ Effect: "Allow", Resource: "*" })],
  MISSING_EFFECT: ["identity", policy({ Action: "s3:GetObject", Resource: "*" })],
  MISSING_RESOURCE: ["identity", policy({ Effect: "Allow", Action: "s3:GetObject" })],
  MISSING_STATEMENT: ["identity", { Version: "2012-10-17" }],
  UNSUPPORTED_ELEMENT_COMBINATION: identity({ NotAction: "s3:PutObject" }),
  INVALID_CONDITION_DATA_TYPE: when({ StringEquals: { "aws:username": {} } }),
  DUPLICATE_KEYS_WITH_DIFFERENT_CASE: when({
    StringEquals: { "aws:username": "a", "aws:UserName": "b" },
  }),
  JSON_SYNTAX_ERROR: ["identity", "{,}"],
  MISSING_VERSION: ["identity", { Statement: ALLOW }],
  INVALID_VERSION: ["identity", { Version: "2012-10-18", Statement: ALLOW }],
  UNIQUE_SIDS_REQUIRED: ["identity", policy({ ...ALLOW, Sid: "A" }, { ...ALLOW, Sid: "A" })],
  UNIQUE_SIDS_RECOMMENDED: ["resource", policy({ ...BUCKET, Sid: "A" }, { ...BUCKET, Sid: "A" })],
  UNSUPPORTED_SID: identity({ Sid: "a b" }),
  EMPTY_SID_VALUE: identity({ Sid: "" }),
  INVALID_ACTION: identity({ Action: "s3:GetObjekt" }),
  INVALID_SERVICE_IN_ACTION: identity({ Action: "s4:GetObject" }),
  WILDCARD_IN_SERVICE_NAME: identity({ Action: "s*:GetObject" }),
  MISSING_ARN_FIELD: identity({ Resource: "arn:aws:s3::bucket" }),
  INVALID_ARN_PREFIX: identity({ Resource: "bucket" }),
  INVALID_PARTITION: identity({ Resource: "arn:aw:s3:::b/*" }),
  INVALID_ARN_REGION: identity({ Resource: "arn:aws:s3:us-east-1a:123456789012:accesspoint/a" }),
  INVALID_ARN_ACCOUNT: identity({ Resource: "arn:aws:s3:us-east-1:1234:accesspoint/a" }),
  INVALID_ARN_SERVICE_CASE: identity({ Resource: "arn:aws:S3:::b/*" }),
  INVALID_SERVICE: identity({ Resource: "arn:aws:s33:::b/*" }),
  INVALID_REGION: identity({
    Resource: "arn:aws:s3:us-east-9:123456789012:accesspoint/a/object/b",
  }),
  INVALID_ARN_RESOURCE: identity({
    Action: "ec2:StartInstances",
    Resource: "arn:aws:ec2:us-east-1:123456789012:machine/i-1",
  }),
  ARN_REGION_NOT_ALLOWED: identity({ Resource: "arn:aws:s3:us-east-1::docs-bucket/a" }),
  ARN_ACCOUNT_NOT_ALLOWED: identity({ Resource: "arn:aws:s3::123456789012:docs-bucket/a" }),
  MISSING_ARN_REGION: identity({ Action: "sns:Publish", Resource: "arn:aws:sns::123456789012:t" }),
  MISSING_ARN_ACCOUNT: identity({ Action: "sns:Publish", Resource: "arn:aws:sns:us-east-1::t" }),
  INVALID_CONDITION_KEY_FORMAT: when({ StringEquals: { username: "a" } }),
  INVALID_GLOBAL_CONDITION_KEY: when({ StringEquals: { "aws:usernames": "a" } }),
  INVALID_SERVICE_CONDITION_KEY: when({ StringEquals: { "s3:prefixes": "a" } }),
  UNSUPPORTED_ACTION_FOR_CONDITION_KEY: when({ StringEquals: { "s3:prefix": "a" } }),
  UNSUPPORTED_GLOBAL_CONDITION_KEY: when({ ArnEquals: { "aws:ARN": "arn:aws:iam::1:role/a" } }),
  DEPRECATED_GLOBAL_CONDITION_KEY: when({ StringEquals: { "aws:SourceOwner": "123456789012" } }),
  MISSING_TAG_KEY_IN_CONDITION: when({ StringEquals: { "aws:ResourceTag/": "a" } }),
  INVALID_CONDITION_OPERATOR: when({ StringMatches: { "aws:username": "a" } }),
  NULL_WITH_IF_EXISTS: when({ NullIfExists: { "aws:username": "true" } }),
  NULL_WITH_QUALIFIER: when({ "ForAllValues:Null": { "aws:username": "true" } }),
  TYPE_MISMATCH: when({ ArnEquals: { "aws:PrincipalArn": "bob" } }),
  TYPE_MISMATCH_BOOLEAN: when({ Bool: { "aws:SecureTransport": "yes" } }),
  TYPE_MISMATCH_DATE: when({ DateLessThan: { "aws:CurrentTime": "tomorrow" } }),
  TYPE_MISMATCH_NUMBER: when({ NumericLessThan: { "aws:MultiFactorAuthAge": "soon" } }),
  TYPE_MISMATCH_STRING: when({ StringEquals: { "aws:PrincipalAccount": 123456789012 } }),
  TYPE_MISMATCH_IP_RANGE: when({ IpAddress: { "aws:SourceIp": "999.1.1.1/99" } }),
  INVALID_DATE_VALUE: when({ DateLessThan: { "aws:CurrentTime": "1700000000" } }),
  INVALID_CONDITION_MULTIPLE_BOOLEAN: when({ Bool: { "aws:SecureTransport": ["true", "false"] } }),
  STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS: when({
    StringLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/a*" },
  }),
  MISSING_QUALIFIER: when({ StringEquals: { "aws:PrincipalOrgPaths": "o-1/r-1/ou-1/" } }),
  FORALLVALUES_WITH_SINGLE_VALUED_KEY: when({
    "ForAllValues:StringEquals": { "aws:username": "a" },
  }),
  INVALID_PRINCIPAL_FORMAT: resource({ Principal: { AWS: "bob" } }),
  INVALID_PRINCIPAL_KEY: resource({ Principal: { Aws: "123456789012" } }),
  UNSUPPORTED_WILDCARD_IN_PRINCIPAL: resource({
    Principal: { AWS: "arn:aws:iam::123456789012:role/*" },
  }),
  INVALID_SERVICE_PRINCIPAL_FORMAT: resource({ Principal: { Service: "s3" } }),
  INVALID_USER_REFERENCE: resource({ Principal: { AWS: "AIDACKCEVSQ6C2EXAMPLE" } }),
  INVALID_ROLE_REFERENCE: resource({ Principal: { AWS: "AROACKCEVSQ6C2EXAMPLE" } }),
  INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY: trust({
    Principal: { Federated: "login.example.com" },
  }),
  FEDERATED_PRINCIPAL_NOT_SUPPORTED: resource({ Principal: { Federated: OIDC } }),
  MISSING_PRINCIPAL: ["resource", policy(ALLOW)],
  UNSUPPORTED_PRINCIPAL: identity({ Principal: ROOT }),
  SCP_SYNTAX_ERROR_PRINCIPAL: scp({ Principal: ROOT }),
  SCP_SYNTAX_ERROR_ACTION_WILDCARD: scp({ Action: "s3:Get*Acl" }),
  RCP_SYNTAX_ERROR_PRINCIPAL: rcp({ Principal: ROOT }),
  RCP_SYNTAX_ERROR_ALLOW: rcp({ Effect: "Allow" }),
  RCP_SYNTAX_ERROR_NOTACTION: rcp({ Action: undefined, NotAction: "s3:GetObject" }),
  RCP_SYNTAX_ERROR_ACTION: rcp({ Action: "ec2:StartInstances" }),
  RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY: rcp({
    Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } },
  }),
  RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY: rcp({
    Condition: { StringNotEquals: { "aws:SourceOrgID": "o-1" } },
  }),
  RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK: rcp({
    Condition: {
      StringNotEquals: { "aws:SourceOrgID": "o-1" },
      Bool: { "aws:PrincipalIsAWSService": "true" },
    },
  }),
  ALLOW_WITH_NOT_PRINCIPAL: ["resource", policy({ ...ALLOW, NotPrincipal: ROOT })],
  ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL: trust({ Principal: undefined, NotPrincipal: ROOT }),
  ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: trust({ Resource: "*" }),
  ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL: trust({ Principal: { AWS: "*" } }),
  UNSUPPORTED_ACTION_IN_POLICY: trust({ Action: "s3:GetObject" }),
  MISMATCHED_ACTION_FOR_PRINCIPAL: trust({ Action: "sts:AssumeRoleWithSAML" }),
  MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY: trust({
    Principal: { Service: "rolesanywhere.amazonaws.com" },
  }),
  MISSING_ACTION_FOR_CONDITION_KEY: trust({
    Condition: { StringEquals: { "sts:SourceIdentity": "bob" } },
  }),
  REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY: trust({
    Principal: { AWS: ["123456789012", "arn:aws:iam::123456789012:role/a"] },
  }),
  MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: trust({ ...WEB, Principal: { Federated: OIDC } }),
  MISSING_GITHUB_REPO_CONDITION_KEY: trust({ ...WEB, Principal: { Federated: GITHUB } }),
  SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED: trust({
    ...WEB,
    Principal: { Federated: GITHUB },
    Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:mitodl/*" } },
  }),
  FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE: trust({
    ...WEB,
    Principal: { Federated: OIDC },
    Condition: { "ForAnyValue:StringEquals": { "oidc.example.com:aud": "a" } },
  }),
  CONFIRM_AUDIENCE_CLAIM_TYPE: trust({
    ...WEB,
    Principal: { Federated: OIDC },
    Condition: { "ForAllValues:StringEquals": { "oidc.example.com:aud": "a" } },
  }),
  POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA: identity({ Resource: long(150) }),
  POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA: resource({ Resource: long(500) }),
  POLICY_SIZE_EXCEEDS_SCP_QUOTA: scp({ Resource: long(150) }),
  POLICY_SIZE_EXCEEDS_RCP_QUOTA: rcp({ Resource: long(150) }),
  POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA: trust({
    Condition: { ArnLike: { "aws:PrincipalArn": long(50) } },
  }),
  RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL: resource({
    ...TOPIC,
    Principal: { Service: "s3.amazonaws.com" },
  }),
  RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: resource({
    Action: "kms:Decrypt",
    Resource: "*",
    Principal: { Service: "s3.amazonaws.com" },
    Condition: { StringEquals: { "kms:CallerAccount": "123456789012" } },
  }),
  UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: resource({
    ...TOPIC,
    Principal: { Service: "s3.amazonaws.com" },
    Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
  }),
  UNSUPPORTED_RESOURCE_ARN_IN_POLICY: resource({ Effect: "Deny", Resource: TOPIC.Resource }),
  UNTRUSTWORTHY_CONDITION_KEY: resource({
    Condition: { StringEquals: { "aws:Referer": "https://example.com" } },
  }),
  MISSING_PAIRED_CONDITION_KEYS: when({ IpAddress: { "aws:VpcSourceIp": "10.1.2.0/24" } }),
  WILDCARD_WITHOUT_LIKE_OPERATOR: when({ StringEquals: { "aws:username": "a*" } }),
  WILDCARD_USAGE_TOO_PERMISSIVE: resource({
    Condition: { StringLike: { "aws:PrincipalOrgID": "*" } },
  }),
  VARIABLE_USAGE_TOO_PERMISSIVE: when({
    StringEquals: { "aws:PrincipalOrgID": "${aws:PrincipalOrgID}" },
  }),
  EQUIVALENT_TO_NULL_FALSE: when({ StringLike: { "aws:PrincipalTag/team": "*" } }),
  EQUIVALENT_TO_NULL_TRUE: when({ StringNotLike: { "aws:PrincipalTag/team": "*" } }),
  REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION: when({
    StringLikeIfExists: { "aws:PrincipalTag/team": "*" },
  }),
  REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION: when({
    "ForAnyValue:StringNotLike": { "aws:TagKeys": "*" },
  }),
  MISSING_BRACE_IN_VARIABLE: identity({ Resource: "arn:aws:s3:::b/${aws:username" }),
  MISSING_QUOTE_IN_VARIABLE: identity({ Resource: "arn:aws:s3:::b/${aws:username, 'x}" }),
  UNSUPPORTED_SPACE_IN_VARIABLE: identity({ Resource: "arn:aws:s3:::b/${aws: username}" }),
  EMPTY_VARIABLE: identity({ Resource: "arn:aws:s3:::b/${}" }),
  VARIABLE_UNSUPPORTED_IN_ELEMENT: identity({ Action: "s3:${aws:username}" }),
  VARIABLE_UNSUPPORTED_IN_VERSION: ["identity", {
    Version: "2008-10-17",
    Statement: { ...ALLOW, Resource: "arn:aws:s3:::b/${aws:username}" },
  }],
  INVALID_VARIABLE_FOR_OPERATOR: when({ DateLessThan: { "aws:CurrentTime": "${aws:username}" } }),
  PRIVATE_IP_ADDRESS: when({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }),
  PRIVATE_IP_ADDRESS_SUBSET: when({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "18.0.0.0/8"] } }),
  PRIVATE_NOT_IP_ADDRESS: when({ NotIpAddress: { "aws:SourceIp": "192.168.0.0/16" } }),
  PRIVATE_NOT_IP_ADDRESS_SUBSET: when({
    NotIpAddress: { "aws:SourceIp": ["192.168.0.0/16", "18.0.0.0/8"] },
  }),
  IMPROVE_IP_RANGE: when({ IpAddress: { "aws:SourceIp": "18.1.2.3/8" } }),
  EMPTY_ARRAY_ACTION: identity({ Action: [] }),
  EMPTY_ARRAY_RESOURCE: identity({ Resource: [] }),
  EMPTY_ARRAY_PRINCIPAL: resource({ Principal: { AWS: [] } }),
  EMPTY_OBJECT_PRINCIPAL: resource({ Principal: {} }),
  EMPTY_OBJECT_CONDITION: identity({ Condition: {} }),
  EMPTY_ARRAY_CONDITION: when({ StringEquals: { "aws:username": [] } }),
  EMPTY_ARRAY_CONDITION_FORALLVALUES: when({ "ForAllValues:StringEquals": { "aws:TagKeys": [] } }),
  EMPTY_ARRAY_CONDITION_FORANYVALUE: when({ "ForAnyValue:StringEquals": { "aws:TagKeys": [] } }),
  EMPTY_ARRAY_CONDITION_IFEXISTS: when({ StringEqualsIfExists: { "aws:username": [] } }),
  REDUNDANT_ACTION: identity({ Action: ["s3:GetObject", "s3:getobject*"] }),
  REDUNDANT_RESOURCE: identity({ Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::b/c"] }),
  REDUNDANT_STATEMENT: ["identity", policy(ALLOW, { ...ALLOW, Resource: "arn:aws:s3:::*/*" })],
  REDUNDANT_CONDITION_VALUE_NUM: when({
    NumericLessThan: { "aws:MultiFactorAuthAge": ["1", "2"] },
  }),
  INVALID_VPC_FORMAT: when({ StringEquals: { "aws:SourceVpc": "my-vpc" } }),
  INVALID_VPCE_FORMAT: when({ StringEquals: { "aws:SourceVpce": "vpc-12345678" } }),
  INVALID_KMS_KEY_VALUE: when(
    { StringEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "alias/a" } },
    { Action: "s3:PutObject" },
  ),
  DYNAMODB_ATTRIBUTES_WITHOUT_SELECT: pass({
    Action: "dynamodb:Query",
    Resource: "arn:aws:dynamodb:us-east-1:123456789012:table/t",
    Condition: { "ForAllValues:StringEquals": { "dynamodb:Attributes": ["a"] } },
  }),
  S3_PREFIX_IN_NEGATIVE_CONTEXT: pass({
    Action: "s3:ListBucket",
    Resource: "arn:aws:s3:::b",
    Condition: { StringNotEquals: { "s3:prefix": "a" } },
  }),
  IRRELEVANT_CONDITION_KEY_IN_POLICY: when({ StringEquals: { "aws:SourceAccount": "1" } }),
  PASS_ROLE_WITH_NOT_RESOURCE: pass({
    Action: "iam:PassRole",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: pass({
    Action: "iam:Pass*",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE: pass({
    NotAction: "s3:*",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  PASS_ROLE_WITH_STAR_IN_RESOURCE: pass({ Action: "iam:PassRole", Resource: "*" }),
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE: pass({ Action: "iam:Pass*", Resource: "*" }),
  PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: pass({ NotAction: "s3:*", Resource: "*" }),
  CREATE_SLR_WITH_NOT_RESOURCE: pass({
    Action: "iam:CreateServiceLinkedRole",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: pass({
    Action: "iam:CreateService*",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE: pass({
    NotAction: "s3:*",
    NotResource: "arn:aws:iam::*:role/a",
  }),
  CREATE_SLR_WITH_STAR_IN_RESOURCE: pass({ Action: "iam:CreateServiceLinkedRole", Resource: "*" }),
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE: pass({
    Action: "iam:CreateService*",
    Resource: "*",
  }),
  CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: pass({ NotAction: "s3:*", Resource: "*" }),
  ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: pass({
    Action: "polly:SynthesizeSpeech",
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
  }),
  ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: pass({
    NotAction: "iam:*",
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
  }),
  DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: pass({
    Effect: "Deny",
    Action: "polly:SynthesizeSpeech",
    Resource: "*",
    Condition: { StringNotEquals: { "aws:ResourceTag/team": "a" } },
  }),
  DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: pass({
    Effect: "Deny",
    NotAction: "iam:*",
    Resource: "*",
    Condition: { StringNotEquals: { "aws:ResourceTag/team": "a" } },
  }),
};

/** Their example with what is wrong put right: not one of these may be found in it. */
const implemented = CHECKS.filter(({ coverage }) => coverage.status === "implemented");

Deno.test("CHECKS lists every documented check exactly once", async () => {
  const { checks } = JSON.parse(
    await Deno.readTextFile(new URL("data/access-analyzer-checks.json", import.meta.url)),
  ) as { checks: { code: string }[] };
  assert.deepEqual(
    CHECKS.map(({ code }) => code).sort(),
    checks.map(({ code }) => code).sort(),
  );
  for (const { coverage } of CHECKS) {
    if (coverage.status !== "implemented") assert(coverage.why.length > 20);
    else assert(coverage.id in CATALOGUE, coverage.id);
  }
});

Deno.test("at least 110 checks of Access Analyzer are implemented", () => {
  assert(implemented.length >= 110, String(implemented.length));
});

for (const { code, coverage } of implemented) {
  Deno.test(`${code} is found`, () => {
    const example = EXAMPLES[code];
    assert(example, `no example for ${code}`);
    const { findings } = findIamIssues(example[1], { type: example[0] });
    const found = findings.find((finding) => finding.code === code || finding.id === code);
    assert(found, findings.map((finding) => `${finding.id}/${finding.code}`).join(" "));
    assert.equal(found.id, (coverage as { id: string }).id);
  });
}
