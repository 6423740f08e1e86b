import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { hasVar, stepsOf } from "lib/concourse/lint/steps.ts";
import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";

/** The resource types that come with Concourse's workers. */
const BASE_TYPES = [
  "bosh-io-release",
  "bosh-io-stemcell",
  "docker-image",
  "git",
  "github-release",
  "hg",
  "mock",
  "pool",
  "registry-image",
  "s3",
  "semver",
  "time",
];

/** A type that neither Concourse's workers bring nor the pipeline defines. */
export const unknownResourceType: Lint = {
  id: "unknown-resource-type",
  severity: "warning",
  doc: "A type that neither Concourse's workers bring nor the pipeline defines: checks would fail",
  *check({ pipeline }) {
    const known = new Set([...BASE_TYPES, ...pipeline.resource_types.map(({ name }) => name)]);
    const typed: (Located & { readonly type: string })[] = [
      ...pipeline.resources,
      ...pipeline.resource_types,
      ...pipeline.prototypes,
    ];
    for (const { step } of stepsOf(pipeline)) {
      if (step.kind === "task" && step.config?.image_resource) {
        typed.push(step.config.image_resource);
      }
    }
    for (const item of typed) {
      if (item.type === "" || known.has(item.type) || hasVar(item.type)) continue;
      yield {
        message: `unknown resource type '${item.type}'${didYouMean(item.type, known)}`,
        at: placeOf(item, "type"),
      };
    }
  },
};
