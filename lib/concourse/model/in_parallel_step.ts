import { z } from "zod";
import { choose } from "./choose.ts";
import { Tags } from "./config.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";
import { Step } from "./step.ts";

/** Steps at once, with limits. */
export interface InParallelConfig {
  /** What runs. */
  readonly steps: readonly Step[];
  /** How many at once; default all. */
  readonly limit?: number;
  /** Whether the first failure stops the others; default false. */
  readonly fail_fast?: boolean;
}

/** Runs steps at once. @see https://concourse-ci.org/docs/steps/in-parallel/ */
export interface InParallelStep extends Modifiers {
  /** The steps, or steps with limits. */
  readonly in_parallel: readonly Step[] | InParallelConfig;
  /** Only workers with all these tags run them. */
  readonly tags?: Tags;
}

const steps = z.array(z.lazy(() => Step)).readonly();

const withLimits = z.strictObject({
  steps,
  limit: z.int().nonnegative().optional(),
  fail_fast: z.boolean().optional(),
});

/** See the interface of this name. */
export const InParallelStep: z.ZodType<InParallelStep> = z.lazy(() =>
  z.strictObject({
    ...modifiers,
    in_parallel: choose<InParallelStep["in_parallel"]>(
      (value) => Array.isArray(value) ? steps : withLimits,
      "is no list",
    ),
    tags: Tags.optional(),
  })
);
