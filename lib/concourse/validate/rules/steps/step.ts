import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { HookModifier, Step, StepConfig } from "lib/concourse/validate/decode/step_types.ts";
import { parseDuration } from "lib/concourse/validate/go/duration.ts";
import type { StepCheck, StepChecker } from "lib/concourse/validate/rules/steps/checker.ts";
import { checkGet } from "lib/concourse/validate/rules/steps/get.ts";
import { checkLoadVar } from "lib/concourse/validate/rules/steps/load_var.ts";
import { checkPut } from "lib/concourse/validate/rules/steps/put.ts";
import { checkRun } from "lib/concourse/validate/rules/steps/run.ts";
import { checkSetPipeline } from "lib/concourse/validate/rules/steps/set_pipeline.ts";
import { checkTask } from "lib/concourse/validate/rules/steps/task.ts";

/**
 * Checks a step and all below it, in Concourse's order: unknown keys, the core step, then each
 * modifier from the inside out.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/step_validator.go}
 */
export function checkStep(step: Step, checker: StepChecker): void {
  checker.unknownFields(step.unknown, placeOf(step, step.unknown[0]));
  checkConfig(step.config, checker);
}

/** Checks a modifier or a core step. */
export function checkConfig(config: StepConfig, checker: StepChecker): void {
  (CHECKS[config.kind] as StepCheck<StepConfig["kind"]>)(config, checker);
}

const checkHook = (modifier: HookModifier, checker: StepChecker) => {
  checkConfig(modifier.step, checker);
  checker.within(`.${modifier.kind}`, () => checkStep(modifier.hook, checker));
};

/** An across: it has vars, each of them new, and their limits are positive. */
const checkAcross: StepCheck<"across"> = (modifier, checker) =>
  checker.within(".across", () =>
    checker.scoped(() => {
      if (modifier.across.length === 0) {
        checker.error("no vars specified", placeOf(modifier, "across"));
      }
      modifier.across.forEach((item, index) =>
        checker.within(`[${index}]`, () => {
          checker.declare(item.var, placeOf(item, "var"));
          const limit = item.max_in_flight;
          if (limit === undefined || limit === "all" || limit > 0n) return;
          checker.within(
            ".max_in_flight",
            () => checker.error("must be greater than 0", placeOf(item, "max_in_flight")),
          );
        })
      );
      checkConfig(modifier.step, checker);
    }));

/** Attempts: more than none. */
const checkAttempts: StepCheck<"attempts"> = (modifier, checker) => {
  checkConfig(modifier.step, checker);
  if (modifier.attempts > 0n) return;
  checker.within(
    ".attempts",
    () => checker.error("must be greater than 0", placeOf(modifier, "attempts")),
  );
};

/** A timeout that is not a core step's own field: a duration. */
const checkTimeout: StepCheck<"timeout"> = (modifier, checker) => {
  checkConfig(modifier.step, checker);
  if (parseDuration(modifier.timeout) !== undefined) return;
  checker.within(
    ".timeout",
    () => checker.error(`invalid duration '${modifier.timeout}'`, placeOf(modifier, "timeout")),
  );
};

const CHECKS: { readonly [K in StepConfig["kind"]]: StepCheck<K> } = {
  get: checkGet,
  put: checkPut,
  task: checkTask,
  run: checkRun,
  set_pipeline: checkSetPipeline,
  load_var: checkLoadVar,
  try: (step, checker) => checker.within(".try", () => checkStep(step.try, checker)),
  do: (step, checker) =>
    checker.within(
      ".do",
      () =>
        step.do.forEach((sub, index) =>
          checker.within(`[${index}]`, () => checkStep(sub, checker))
        ),
    ),
  in_parallel: (step, checker) =>
    checker.within(
      ".in_parallel",
      () =>
        step.in_parallel.steps.forEach((sub, index) =>
          checker.within(`.steps[${index}]`, () => checkStep(sub, checker))
        ),
    ),
  across: checkAcross,
  attempts: checkAttempts,
  timeout: checkTimeout,
  on_success: checkHook,
  on_failure: checkHook,
  on_abort: checkHook,
  on_error: checkHook,
  ensure: checkHook,
};
