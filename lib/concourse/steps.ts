import type { GetStep, InParallelStep, Step } from "lib/concourse/model/mod.ts";

/**
 * Gets of resources, all alike.
 *
 * @param resources By name
 */
export function gets(
  resources: readonly string[],
  options: Omit<GetStep, "get" | "resource"> = {},
): GetStep[] {
  return resources.map((get) => ({ get, ...options }));
}

/**
 * Gets as a later job takes them: only versions that passed an earlier one.
 *
 * @param jobs The earlier jobs; none leaves the gets as they are but for `trigger`
 * @param trigger Whether a new version starts the later job
 */
export function afterJobs(
  steps: readonly GetStep[],
  jobs: readonly string[],
  trigger: boolean,
): GetStep[] {
  return steps.map((step) => ({ ...step, trigger, ...(jobs.length > 0 ? { passed: jobs } : {}) }));
}

/** Steps at once; a single one as it is. */
export function inParallel(...steps: readonly Step[]): Step {
  return steps.length === 1 ? steps[0] : { in_parallel: steps } satisfies InParallelStep;
}
