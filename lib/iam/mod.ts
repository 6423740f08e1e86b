/**
 * Lints IAM policies and helps to write them.
 *
 * @module
 */
export {
  type Action,
  type Conditions,
  type OneOrMore,
  policyDocument,
  type PolicyDocumentObject,
  type PolicyStatement,
  type Principals,
  statement,
  type StatementOptions,
  type Text,
} from "lib/iam/build.ts";
export { type PolicyDocument, policyDocumentsOf } from "lib/iam/documents.ts";
export {
  type Finding,
  formatFinding,
  IamLintError,
  isAtLeast,
  SEVERITIES,
  type Severity,
} from "lib/iam/finding.ts";
export { findIamIssues, lintIamPolicy } from "lib/iam/lint.ts";
export type { FindOptions, LintOptions, LintResult } from "lib/iam/lint.ts";
export type { LintedPolicy } from "lib/iam/files.ts";
export { lintResources } from "lib/iam/resource_set.ts";
export { findUnionEscalations, type GateResource, type Holder, holdersOf } from "lib/iam/roles.ts";
export { inferPolicyType, POLICY_TYPES, type PolicyType } from "lib/iam/policy_type.ts";
export type { SensitiveAccess } from "lib/iam/rules/sensitive_access.ts";
export type { Suppression } from "lib/iam/suppression.ts";
export { splitPolicyBySize, type SplittablePolicy } from "lib/iam/split.ts";
export type { ActionName } from "lib/iam/tables/action_names.ts";
export { trustPolicy } from "lib/iam/trust_policy.ts";
