import { findIamIssues, policyDocumentsOf, type Severity } from "lib/iam/mod.ts";
import { isAtLeast } from "lib/iam/finding.ts";
import { organization } from "lib/organization.ts";
import type { Evaluation } from "lib/pulumi/evaluate/evaluate.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import { containsUnknown, isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";
import { REQUIRED_TAGS } from "lib/pulumi/tags.ts";

/** What a gate found. */
export interface GateFinding {
  readonly gate: "tags" | "iam" | "names";
  /** A mandatory finding stops a deployment; an advisory one is only shown. */
  readonly level: "mandatory" | "advisory";
  /** The resource. */
  readonly urn: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/**
 * Holds an evaluated stack against the gates: tag coverage, IAM policies, names.
 *
 * Which IAM severity is mandatory is the environment's `iamFailOn` in the organization's file.
 */
export function checkGates(evaluation: Evaluation, info: StackInfo): GateFinding[] {
  const failOn = organization.environments[info.environment].iamFailOn;
  return evaluation.resources.filter(({ custom }) => custom).flatMap((resource) => {
    const inputs = unwrap(resource.inputs) as Properties;
    return [
      ...checkTags(resource.type, inputs),
      ...checkPolicies(resource.type, inputs, failOn),
      ...checkName(resource.name),
    ].map((finding) => ({ ...finding, urn: resource.urn }));
  });
}

type Found = Omit<GateFinding, "urn">;

function checkTags(type: string, inputs: Properties): Found[] {
  const shape = resourceShape(type)?.tags;
  if (shape === undefined) return [];
  const names = Array.isArray(inputs.tags)
    ? inputs.tags.filter(isRecord).map((tag) => String(tag.key))
    : Object.keys(isRecord(inputs.tags) ? inputs.tags : {});
  const missing = REQUIRED_TAGS.filter((name) => !names.includes(name));
  if (missing.length === 0) return [];
  return [{
    gate: "tags",
    level: "mandatory",
    message: `lacks ${missing.join(", ")}: extend AWSBase, so that the stack's tags are known`,
  }];
}

function checkPolicies(type: string, inputs: Properties, failOn: Severity): Found[] {
  return policyDocumentsOf(type, inputs).flatMap(({ property, type, document }) => {
    if (containsUnknown(document)) return [];
    const { findings } = findIamIssues(document, { type });
    return findings.map(({ id, severity, path, detail, remedy }): Found => ({
      gate: "iam",
      level: isAtLeast(severity, failOn) ? "mandatory" : "advisory",
      message: `${severity} ${id} in ${property} at ${path}: ${detail}: ${remedy}`,
    }));
  });
}

function checkName(name: string): Found[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(name)) return [];
  return [{
    gate: "names",
    level: "advisory",
    message: `is named "${name}": use letters, digits and . _ / : @ -`,
  }];
}
