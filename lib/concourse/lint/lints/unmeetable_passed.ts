import type { Lint } from "lib/concourse/lint/lint.ts";
import type { Datum } from "lib/concourse/validate/datum.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import { jobStep } from "lib/concourse/validate/decode/pipeline.ts";
import {
  type GetStep,
  resourceName,
  type StepConfig,
} from "lib/concourse/validate/decode/step_types.ts";
import type { IndexedJob } from "lib/concourse/validate/rules/pipeline_index.ts";

/** Hooks that run only when a build is no success. */
const FAILURE_HOOKS = new Set(["on_failure", "on_error", "on_abort"]);

/** The resources that a build of a job can have when it succeeds. */
function resourcesOfSuccess(job: IndexedJob): ReadonlySet<string> {
  const names = new Set(job.gets.map(resourceName));
  const visit = (config: StepConfig, forgiven: boolean): void => {
    switch (config.kind) {
      case "put":
        names.add(resourceName(config));
        return;
      case "try":
        return visit(config.try.config, true);
      case "do":
        for (const step of config.do) visit(step.config, forgiven);
        return;
      case "in_parallel":
        for (const step of config.in_parallel.steps) visit(step.config, forgiven);
        return;
      case "across":
      case "attempts":
      case "timeout":
        return visit(config.step, forgiven);
      case "on_success":
      case "on_failure":
      case "on_abort":
      case "on_error":
      case "ensure":
        visit(config.step, forgiven);
        if (forgiven || !FAILURE_HOOKS.has(config.kind)) visit(config.hook.config, forgiven);
    }
  };
  visit(jobStep(job.job), false);
  return names;
}

function samePin(a: Datum | undefined, b: Datum | undefined): boolean {
  if (a?.type !== "map" || b?.type !== "map") return true;
  const text = (datum: typeof a) =>
    [...datum.entries].map(([name, { value }]) =>
      `${name}=${"value" in value ? value.value : value.type}`
    ).sort().join("\n");
  return text(a) === text(b);
}

/** A `passed` that no version can ever meet. */
export const unmeetablePassed: Lint = {
  id: "unmeetable-passed",
  severity: "error",
  doc: "A passed that no version can meet: other pins, or a put that only runs when the job fails",
  *check({ index }) {
    const successes = new Map<IndexedJob, ReadonlySet<string>>();
    for (const { gets } of index.jobs) {
      for (const get of gets) {
        for (const pattern of get.passed) {
          for (const upstream of index.jobsMatching(pattern)) {
            const reason = why(get, upstream, successes);
            if (reason === undefined) continue;
            yield {
              message: `get '${get.get}': nothing can pass '${upstream.job.name}': ${reason}`,
              at: placeOf(get, "passed"),
            };
          }
        }
      }
    }
  },
};

function why(
  get: GetStep,
  upstream: IndexedJob,
  successes: Map<IndexedJob, ReadonlySet<string>>,
): string | undefined {
  const resource = resourceName(get);
  if (!upstream.resources.has(resource)) return undefined;
  let reached = successes.get(upstream);
  if (!reached) successes.set(upstream, reached = resourcesOfSuccess(upstream));
  if (!reached.has(resource)) return `'${resource}' is only put there when the job fails`;
  const same = upstream.gets.filter((other) => resourceName(other) === resource);
  const puts = same.length === 0;
  if (!puts && same.every(({ version }) => !samePin(get.version, version))) {
    return `it gets another version of '${resource}'`;
  }
  return undefined;
}
