import { z } from "zod";
import { Duration } from "./duration.ts";
import { Identifier } from "./identifier.ts";
import { Step } from "./step.ts";

/** A local var and the values that `across` runs a step with. */
export const AcrossVar = z.strictObject({
  var: Identifier,
  /** A list, or a var that holds one. */
  values: z.union([z.array(z.unknown()).readonly(), z.string()]),
  /** How many values at once; default one. */
  max_in_flight: z.union([z.literal("all"), z.int().positive()]).optional(),
});
/** See the schema of this name. */
export type AcrossVar = z.infer<typeof AcrossVar>;

/** What runs after a step or a job, according to its end. @see https://concourse-ci.org/docs/steps/modifier-and-hooks/ */
export interface Hooks {
  /** It succeeded. */
  readonly on_success?: Step;
  /** It failed. */
  readonly on_failure?: Step;
  /** Someone aborted the build. */
  readonly on_abort?: Step;
  /** Not the step failed, but what runs it: a lost worker, a timeout. */
  readonly on_error?: Step;
  /** Whatever the end. */
  readonly ensure?: Step;
}

const hook = z.lazy(() => Step).optional();

/** The keys of {@linkcode Hooks}. */
export const hooks = {
  on_success: hook,
  on_failure: hook,
  on_abort: hook,
  on_error: hook,
  ensure: hook,
} satisfies Record<keyof Hooks, z.ZodType>;

/** What every step takes. @see https://concourse-ci.org/docs/steps/modifier-and-hooks/ */
export interface Modifiers extends Hooks {
  /** Runs the step once for every combination of values. */
  readonly across?: readonly AcrossVar[];
  /** With `across`: whether the first failure stops the others; default false. */
  readonly fail_fast?: boolean;
  /** How often the step is tried; default once. */
  readonly attempts?: number;
  /** The step fails after this long. */
  readonly timeout?: Duration;
}

/** The keys of {@linkcode Modifiers}. */
export const modifiers = {
  ...hooks,
  across: z.array(AcrossVar).readonly().optional(),
  fail_fast: z.boolean().optional(),
  attempts: z.int().positive().optional(),
  timeout: Duration.optional(),
} satisfies Record<keyof Modifiers, z.ZodType>;
