import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint, LintHit } from "lib/concourse/lint/lint.ts";
import { stepsOf } from "lib/concourse/lint/steps.ts";
import { type Datum, field } from "lib/concourse/validate/datum.ts";

/** The keys of what Concourse decodes without looking for unknown ones. */
const KEYS = {
  run: ["path", "args", "dir", "user"],
  image_resource: ["name", "type", "source", "version", "params", "tags"],
  inputs: ["name", "path", "optional"],
  outputs: ["name", "path"],
  caches: ["path", "ttl"],
  container_limits: ["cpu", "memory"],
  in_parallel: ["steps", "limit", "fail_fast"],
} as const;

/** A key that Concourse never looks at, not even strictly. */
export const uncheckedKey: Lint = {
  id: "unchecked-key",
  severity: "error",
  doc:
    "An unknown key in run, image_resource, inputs, outputs, caches, limits or in_parallel: ignored",
  *check({ pipeline }) {
    for (const { step } of stepsOf(pipeline)) {
      if (step.kind === "in_parallel") {
        yield* unknownKeys("in_parallel", field(step.node, "in_parallel"));
      }
      if (step.kind !== "task" && step.kind !== "run") continue;
      yield* unknownKeys("container_limits", field(step.node, "container_limits"));
      const config = step.kind === "task" ? field(step.node, "config") : undefined;
      for (const name of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
        if (name !== "in_parallel") yield* unknownKeys(name, field(config, name));
      }
    }
  },
};

function* unknownKeys(name: keyof typeof KEYS, value: Datum | undefined): Generator<LintHit> {
  if (value?.type === "list" && name !== "in_parallel") {
    for (const item of value.items) yield* unknownKeys(name, item);
  }
  if (value?.type !== "map") return;
  const known: readonly string[] = KEYS[name];
  for (const [key, entry] of value.entries) {
    if (known.includes(key.toLowerCase())) continue;
    yield {
      message: `${name} has no key '${key}'${didYouMean(key, known)}: ignored`,
      at: entry.key,
    };
  }
}
