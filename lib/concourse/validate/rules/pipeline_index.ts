import type { Located } from "lib/concourse/validate/decode/context.ts";
import { type Job, jobStep, type Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { type GetStep, resourceName, walk } from "lib/concourse/validate/decode/step_types.ts";
import { pathMatcher } from "lib/concourse/validate/go/path_match.ts";

/** A job with what the rules ask about it. */
export interface IndexedJob {
  readonly job: Job & Located;
  /** The resources that it gets or puts. */
  readonly resources: ReadonlySet<string>;
  /** Its get steps, hooks included, in Concourse's order. */
  readonly gets: readonly GetStep[];
}

/** A pipeline's names, looked up often. */
export class PipelineIndex {
  /** The jobs in the pipeline's order. */
  readonly jobs: readonly IndexedJob[];
  /** Names of resources. */
  readonly resources: ReadonlySet<string>;
  /** Names of prototypes. */
  readonly prototypes: ReadonlySet<string>;
  #byName = new Map<string, IndexedJob[]>();

  /**
   * Indexes a pipeline.
   *
   * @param pipeline Decoded
   */
  constructor(readonly pipeline: Pipeline) {
    this.resources = new Set(pipeline.resources.map(({ name }) => name));
    this.prototypes = new Set(pipeline.prototypes.map(({ name }) => name));
    this.jobs = pipeline.jobs.map((job) => {
      const resources = new Set<string>();
      const gets: GetStep[] = [];
      for (const step of walk(jobStep(job))) {
        if (step.kind === "get") gets.push(step);
        if (step.kind === "get" || step.kind === "put") resources.add(resourceName(step));
      }
      return { job, resources, gets };
    });
    for (const indexed of this.jobs) {
      const named = this.#byName.get(indexed.job.name);
      if (named) named.push(indexed);
      else this.#byName.set(indexed.job.name, [indexed]);
    }
  }

  /** The jobs that an entry of `passed` names, which may be a glob. */
  jobsMatching(pattern: string): readonly IndexedJob[] {
    if (!/[*?[\\]/.test(pattern)) return this.#byName.get(pattern) ?? [];
    const matches = pathMatcher(pattern);
    return this.jobs.filter(({ job }) => matches(job.name));
  }
}
