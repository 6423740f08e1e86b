import { PARTITIONS, REGION_SHAPE, REGIONS, splitArn } from "lib/iam/arn.ts";
import { findService, servicePrefixes } from "lib/iam/aws/data.ts";
import { hasWildcard, overlaps } from "lib/iam/glob.ts";
import type { Entry } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { isStar } from "lib/iam/resources.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

/** ARN services that are no action prefix. */
const ARN_SERVICES = [
  "execute-api",
  "elasticloadbalancing",
  "cloudwatch",
  "apigateway",
  "s3-outposts",
];

/** ARNs of resources: six parts, and what may be in the first five. */
export const arn: Rule = {
  ids: ["INVALID_ARN", "INVALID_ARN_SERVICE_CASE", "INVALID_SERVICE", "INVALID_REGION"],
  statement(statement, _policy, report) {
    for (const entry of [...statement.resources, ...statement.notResources ?? []]) {
      check(entry, report);
    }
  },
};

function check({ text, path }: Entry, report: Report): void {
  const invalid = (code: string, detail: string, near?: string) =>
    report({ id: "INVALID_ARN", code, path, detail, nearest: near, resources: [text] });
  if (isStar(text) || /^execute-api:/.test(text)) return;
  const arn = splitArn(text);
  if (arn === undefined) {
    const partial = /^arn:[^:]*(:[^:]*)*\*$/.test(text);
    if (partial && text.split(":").length >= 3) {
      // `arn:aws:s3*` is accepted: the wildcard runs over the missing colons.
      return;
    }
    invalid(
      text.startsWith("arn:") ? "MISSING_ARN_FIELD" : "INVALID_ARN_PREFIX",
      `"${text}" is no ARN: it needs six parts, arn:partition:service:region:account:resource`,
    );
    return;
  }
  if (arn.prefix !== "arn") {
    invalid(
      "INVALID_ARN_PREFIX",
      `"${text}" has to start with "arn:"`,
      `arn${text.slice(arn.prefix.length)}`,
    );
  }
  if (!isPattern(arn.partition) && !PARTITIONS.includes(arn.partition)) {
    const near = nearestName(arn.partition, PARTITIONS);
    invalid("INVALID_PARTITION", `"${arn.partition}" is no partition of AWS`, near);
  }
  checkService(arn.service, text, path, report);
  checkRegion(arn.region, text, path, report);
  const account = arn.account;
  if (account !== "" && !isPattern(account) && !/^(\d{12}|cloudfront)$/.test(account)) {
    if (account !== "aws" || !isOwnedByAws(arn.service)) {
      invalid("INVALID_ARN_ACCOUNT", `"${account}" is no account: it needs twelve digits`);
    }
  } else if (hasWildcard(account) && !overlaps(account, "?".repeat(12))) {
    invalid("INVALID_ARN_ACCOUNT", `No account of twelve digits matches "${account}"`);
  }
  if (arn.resource === "") invalid("MISSING_ARN_FIELD", `"${text}" names no resource`);
}

const isPattern = (part: string) => hasWildcard(part) || part.includes("${");

/** Services whose managed resources have `aws` as their account. */
const isOwnedByAws = (service: string) =>
  ["iam", "fis", "ssm", "bedrock", "sagemaker", "config", "codewhisperer", "kendra"].includes(
    service,
  );

function checkService(service: string, text: string, path: Entry["path"], report: Report): void {
  if (isPattern(service) || ARN_SERVICES.includes(service)) return;
  if (service !== service.toLowerCase()) {
    report({
      id: "INVALID_ARN_SERVICE_CASE",
      path,
      detail: `The service "${service}" has to be in lower case`,
      nearest: service.toLowerCase(),
      resources: [text],
    });
  } else if (findService(service) === undefined) {
    const near = nearestName(service, servicePrefixes());
    report({
      id: "INVALID_SERVICE",
      path,
      detail: `No service is called "${service}" in ARNs${near ? `: did you mean "${near}"?` : ""}`,
      nearest: near,
      resources: [text],
    });
  }
}

function checkRegion(region: string, text: string, path: Entry["path"], report: Report): void {
  if (region === "" || isPattern(region) || REGIONS.has(region)) return;
  const near = nearestName(region, REGIONS);
  const isWellFormed = REGION_SHAPE.test(region);
  report({
    id: isWellFormed ? "INVALID_REGION" : "INVALID_ARN",
    code: isWellFormed ? undefined : "INVALID_ARN_REGION",
    path,
    detail: `"${region}" is no region${near ? `: did you mean "${near}"?` : ""}`,
    nearest: near,
    resources: [text],
  });
}
