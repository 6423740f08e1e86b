import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import type { BuiltImage } from "lib/concourse/jobs/container.ts";
import type { MachineImageRelease } from "lib/concourse/jobs/machine_image.ts";
import type { GetStep, Step } from "lib/concourse/model/mod.ts";

/** One stage of a promotion. */
export interface Stage {
  /** The stack: `CI`, `mitx.QA`. */
  readonly stack: string;
  /** What the stack is of. */
  readonly environment: EnvironmentSuffix;
}

/** A stack as part of a name: `mitx.QA` → `mitx-qa`. */
export const stackSlug = (stack: string): string => stack.toLowerCase().replaceAll(".", "-");

/** One stage, and what is its own. */
export interface ChainStage extends Stage {
  /** Gets of this stage alone, before everything else. */
  readonly dependencies?: readonly GetStep[];
  /** Machine images that were built for this environment. */
  readonly releases?: readonly MachineImageRelease[];
  /** What follows the deployment. */
  readonly after?: readonly Step[];
  /**
   * Where there are gates: whether it is deployed without one. Default: the first stage, unless that is
   * production.
   */
  readonly ungated?: boolean;
}

/** What a stage's jobs are made from. */
export interface StageContext {
  readonly project: string;
  readonly stage: ChainStage;
  readonly images: readonly BuiltImage[];
  /** What is set up before, beside the Pulumi CLI. */
  readonly engines: readonly string[];
  /** `xqwatcher-qa`: in the names of whatever is the stage's own. */
  readonly key: string;
  /** Flags that select the stack. */
  readonly selection: string;
  /** Flags that deploy the images that are there. */
  readonly overrides: string;
}
