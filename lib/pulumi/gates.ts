import { lintResources, type Severity, type Suppression } from "lib/iam/mod.ts";
import { isAtLeast } from "lib/iam/finding.ts";
import { type GateLevels, organization } from "lib/organization.ts";
import type { Evaluation } from "lib/pulumi/evaluate/evaluate.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import { containsUnknown, isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";
import { REQUIRED_TAGS } from "lib/pulumi/tags.ts";

/** What a gate found. */
export interface GateFinding {
  readonly gate: "iam" | keyof GateLevels;
  /** A mandatory finding stops a deployment; an advisory one is only shown. */
  readonly level: "mandatory" | "advisory";
  /** The resource, and what of it: type and name. */
  readonly subject: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/**
 * Holds an evaluated stack against the gates: tag coverage, IAM policies, names, banned constructs.
 *
 * What is mandatory and what advisory is the environment's `gates` and `iamFailOn` in the organization's
 * file.
 *
 * @param ignore Findings about IAM policies that are meant to be, beside the organization's own. Default
 * none
 */
export function checkGates(
  evaluation: Pick<Evaluation, "resources">,
  info: StackInfo,
  ignore: readonly Suppression[] = [],
): GateFinding[] {
  const { gates, iamFailOn } = organization.environments[info.environment];
  const resources = evaluation.resources.filter(({ custom }) => custom).map((resource) => ({
    ...resource,
    inputs: unwrap(resource.inputs) as Properties,
    outputs: unwrap(resource.outputs) as Properties,
  }));
  return [
    ...resources.flatMap(({ urn, type, name, inputs }) =>
      [...checkTags(type, inputs), ...checkName(name), ...checkConstruct(type)].map((finding) => ({
        ...finding,
        level: gates[finding.gate],
        subject: urn.split("::").slice(2).join("::"),
      }))
    ),
    ...checkPolicies(resources, iamFailOn, [...organization.iamSuppressions, ...ignore]),
  ];
}

interface Found {
  readonly gate: keyof GateLevels;
  readonly message: string;
}

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
    message: `lacks ${missing.join(", ")}: extend AWSBase, so that the stack's tags are known`,
  }];
}

/** Each policy document, and the union of each role's, user's and group's. */
function checkPolicies(
  resources: Parameters<typeof lintResources>[0],
  failOn: Severity,
  ignore: readonly Suppression[],
): GateFinding[] {
  return lintResources(resources, containsUnknown, ignore).flatMap((
    { file, findings },
  ) =>
    findings.map(({ id, severity, path, detail, remedy }): GateFinding => ({
      gate: "iam",
      level: isAtLeast(severity, failOn) ? "mandatory" : "advisory",
      subject: file,
      message: `${severity} ${id} at ${path}: ${detail}: ${remedy}`,
    }))
  );
}

function checkName(name: string): Found[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(name)) return [];
  return [{
    gate: "names",
    message: `is named "${name}": use letters, digits and . _ / : @ -`,
  }];
}

/** Types that no stack may have, with the reason and the way out. */
const BANNED: Readonly<Record<string, string>> = {
  "pulumi-nodejs:dynamic:Resource":
    "is a dynamic resource, which hangs under Deno: use a provider's resource, or a task",
  "aws:iam/accessKey:AccessKey":
    "is a key that never ends: let Vault's AWS engine, or a role, give credentials",
};

function checkConstruct(type: string): Found[] {
  const reason = BANNED[type];
  return reason === undefined ? [] : [{ gate: "constructs", message: reason }];
}
