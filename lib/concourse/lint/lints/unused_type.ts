import type { Lint } from "lib/concourse/lint/lint.ts";
import { stepsOf } from "lib/concourse/lint/steps.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";

/** A resource type or prototype that nothing uses. */
export const unusedType: Lint = {
  id: "unused-type",
  severity: "warning",
  doc: "A resource type or prototype that nothing uses: it is checked for nothing",
  *check({ pipeline }) {
    const types = new Set<string>(), prototypes = new Set<string>();
    for (const { type } of pipeline.resources) types.add(type);
    for (const { name, type } of [...pipeline.resource_types, ...pipeline.prototypes]) {
      if (name !== type) types.add(type);
    }
    for (const { step } of stepsOf(pipeline)) {
      if (step.kind === "run") prototypes.add(step.type);
      if (step.kind === "task" && step.config?.image_resource) {
        types.add(step.config.image_resource.type);
      }
      // A task's file may name any type.
      if (step.kind === "task" && !step.config) return;
    }
    for (const type of pipeline.resource_types) {
      if (types.has(type.name)) continue;
      yield { message: `resource type '${type.name}' is not used`, at: placeOf(type, "name") };
    }
    for (const prototype of pipeline.prototypes) {
      if (prototypes.has(prototype.name)) continue;
      yield {
        message: `prototype '${prototype.name}' is not used`,
        at: placeOf(prototype, "name"),
      };
    }
  },
};
