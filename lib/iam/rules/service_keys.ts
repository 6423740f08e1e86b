import { actionMatches } from "lib/iam/actions.ts";
import type { Condition, Policy, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/** Condition keys that have a catch of their own. */
export const serviceKeys: Rule = {
  ids: [
    "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    "S3_PREFIX_IN_NEGATIVE_CONTEXT",
    "INVALID_KMS_KEY_VALUE",
    "INVALID_VPC_FORMAT",
    "INVALID_VPCE_FORMAT",
    "UNSUPPORTED_GLOBAL_CONDITION_KEY",
    "MISSING_ACTION_FOR_CONDITION_KEY",
    "IRRELEVANT_CONDITION_KEY_IN_POLICY",
  ],
  statement(statement, policy, report) {
    for (const condition of statement.conditions) check(condition, statement, policy, report);
  },
};

const isWritten = (text: string) => !/[*?]|\$\{/.test(text);
const KMS_KEYS =
  /^(s3:x-amz-server-side-encryption-aws-kms-key-id|[a-z0-9-]+:(volume)?kmskey(id|arn)|secretsmanager:kmskeyarn)$/;

function check(
  condition: Condition,
  statement: Statement,
  policy: Policy,
  report: Report,
): void {
  const { name, key, operator, values, path } = condition;
  const isOnlyNull = operator.facts?.name === "Null";
  const names = statement.conditions.map((other) => other.name);
  const firstWrong = (shape: RegExp) =>
    isOnlyNull
      ? undefined
      : values.find(({ text, native }) => !native && isWritten(text) && !shape.test(text));

  if (name === "dynamodb:attributes" && statement.effect === "Allow") {
    if (!names.includes("dynamodb:select")) {
      report({
        id: "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
        path,
        detail: "dynamodb:Attributes does not stop a request for all attributes",
      });
    }
  }
  if (name === "s3:prefix" && operator.facts?.negated && statement.effect === "Allow") {
    report({
      id: "S3_PREFIX_IN_NEGATIVE_CONTEXT",
      path,
      detail: `${operator.text} holds when the request has no prefix at all`,
    });
  }
  if (KMS_KEYS.test(name) && operator.facts?.operand !== "Bool") {
    const wrong = firstWrong(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/);
    if (wrong) {
      report({
        id: "INVALID_KMS_KEY_VALUE",
        path: wrong.path,
        detail: `${key} is the ARN of a key, which "${wrong.text}" is not`,
      });
    }
  }
  if (name === "aws:sourcevpc" || name === "aws:ec2instancesourcevpc") {
    const wrong = firstWrong(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/);
    if (wrong) {
      report({
        id: "INVALID_VPC_FORMAT",
        path: wrong.path,
        detail: `"${wrong.text}" is no VPC id`,
      });
    }
  }
  if (name === "aws:sourcevpce") {
    const wrong = firstWrong(/^vpce-([0-9a-f]{8}|[0-9a-f]{17})$/);
    if (wrong) {
      report({
        id: "INVALID_VPCE_FORMAT",
        path: wrong.path,
        detail: `"${wrong.text}" is no VPC endpoint id`,
      });
    }
  }
  if (name === "aws:arn") {
    report({
      id: "UNSUPPORTED_GLOBAL_CONDITION_KEY",
      path,
      detail: `${key} cannot be used in conditions`,
      nearest: "aws:PrincipalArn",
    });
  }
  if (policy.type === "trust" && statement.effect === "Allow") {
    trustKeys(condition, statement, report);
  }
  if (policy.type === "identity" && statement.effect === "Allow" && isFromService(name)) {
    report({
      id: "IRRELEVANT_CONDITION_KEY_IN_POLICY",
      path,
      detail: `${key} is there only when a service calls, to which identity policies do not apply`,
    });
  }
}

const isFromService = (name: string) =>
  /^aws:(source(arn|account|orgid|orgpaths)|principal(isawsservice|servicename|servicenameslist))$/
    .test(name);

/** Keys of a trust policy that are there only when another action is allowed too. */
function trustKeys({ name, key, path }: Condition, statement: Statement, report: Report): void {
  const needed = /^(sts:transitivetagkeys|aws:requesttag\/.+|aws:tagkeys)$/.test(name)
    ? "sts:TagSession"
    : name === "sts:sourceidentity"
    ? "sts:SetSourceIdentity"
    : undefined;
  if (needed === undefined) return;
  if (statement.actions.some(({ text }) => actionMatches(text, needed.toLowerCase()))) return;
  report({
    id: "MISSING_ACTION_FOR_CONDITION_KEY",
    path,
    detail: `${key} is there only with ${needed}, which the statement does not allow`,
    nearest: needed,
  });
}
