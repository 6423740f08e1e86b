import type { z } from "zod";
import { choose, hasKey } from "./choose.ts";
import { DoStep } from "./do_step.ts";
import { GetStep } from "./get_step.ts";
import { InParallelStep } from "./in_parallel_step.ts";
import { LoadVarStep } from "./load_var_step.ts";
import { PutStep } from "./put_step.ts";
import { RunStep } from "./run_step.ts";
import { SetPipelineStep } from "./set_pipeline_step.ts";
import { type FileTaskStep, type InlineTaskStep, TaskStep } from "./task_step.ts";
import { TryStep } from "./try_step.ts";

type AnyStep =
  | GetStep
  | PutStep
  | InlineTaskStep
  | FileTaskStep
  | RunStep
  | SetPipelineStep
  | LoadVarStep
  | InParallelStep
  | DoStep
  | TryStep;

type KeyOf<U> = U extends unknown ? keyof U : never;

/** Each member with the keys of the others forbidden: a step is of one kind. */
type Exclusive<U, All = U> = U extends unknown
  ? U & { readonly [Key in Exclude<KeyOf<All>, keyof U>]?: never }
  : never;

/** One step of a plan: of exactly one kind, with that kind's keys only. @see https://concourse-ci.org/docs/steps/ */
export type Step = Exclusive<AnyStep>;

/** The kinds by the key that tells them, in the order in which Concourse looks for them. */
const KINDS: readonly (readonly [key: string, schema: () => z.ZodType])[] = [
  ["run", () => RunStep],
  ["task", () => TaskStep],
  ["put", () => PutStep],
  ["get", () => GetStep],
  ["set_pipeline", () => SetPipelineStep],
  ["load_var", () => LoadVarStep],
  ["try", () => TryStep],
  ["do", () => DoStep],
  ["in_parallel", () => InParallelStep],
];

/**
 * See the type of this name; what is wrong is said of the kind that the step is meant to be.
 *
 * @see https://github.com/concourse/concourse/blob/master/atc/steps.go `StepPrecedence`
 */
export const Step: z.ZodType<Step> = choose(
  (value) => KINDS.find(([key]) => hasKey(value, key))?.[1](),
  `is no step: expected one of the keys ${KINDS.map(([key]) => key).join(", ")}`,
);
