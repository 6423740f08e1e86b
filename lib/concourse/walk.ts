import type { GetStep, Job, PutStep, Step } from "lib/concourse/model/mod.ts";

/** The steps directly inside a step: of `do`, `in_parallel` and `try`, not of hooks. */
function inside(step: Step): readonly Step[] {
  if (step.do !== undefined) return step.do;
  if (step.try !== undefined) return [step.try];
  const parallel = step.in_parallel;
  if (parallel === undefined) return [];
  return "steps" in parallel ? parallel.steps : parallel as readonly Step[];
}

/** Every step of a plan in the order of writing, those inside others included; none of hooks. */
export function* walkSteps(plan: readonly Step[]): Generator<Step> {
  for (const step of plan) {
    yield step;
    yield* walkSteps(inside(step));
  }
}

/** The gets of a job, each with the resource that it is of. */
export function getsOf({ plan }: Job): (GetStep & { readonly of: string })[] {
  return [...walkSteps(plan)].flatMap((step) =>
    step.get === undefined ? [] : [{ ...step, of: step.resource ?? step.get }]
  );
}

/** The puts of a job, each with the resource that it is of. */
export function putsOf({ plan }: Job): (PutStep & { readonly of: string })[] {
  return [...walkSteps(plan)].flatMap((step) =>
    step.put === undefined ? [] : [{ ...step, of: step.resource ?? step.put }]
  );
}
