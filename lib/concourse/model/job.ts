import { z } from "zod";
import { Tags } from "./config.ts";
import { Identifier } from "./identifier.ts";
import { type Hooks, hooks } from "./modifiers.ts";
import { Step } from "./step.ts";

/** Which builds' logs are kept; a build is removed as soon as one of the limits says so. */
export const BuildLogRetention = z.strictObject({
  /** How many builds. */
  builds: z.int().nonnegative().optional(),
  /** How many successful ones are kept in any case. */
  minimum_succeeded_builds: z.int().nonnegative().optional(),
  days: z.int().nonnegative().optional(),
});
/** See the schema of this name. */
export type BuildLogRetention = z.infer<typeof BuildLogRetention>;

const Fields = z.strictObject({
  name: Identifier,
  /** The name it had: its builds are taken over. */
  old_name: Identifier.optional(),
  /** Whether anyone may see its builds; default false. */
  public: z.boolean().optional(),
  /** Whether nobody can start it by hand; default false. */
  disable_manual_trigger: z.boolean().optional(),
  /** Whether a build cannot be run again with the same versions; default false. */
  disable_reruns: z.boolean().optional(),
  /** Whether one build runs at a time; default false. */
  serial: z.boolean().optional(),
  /** Whether a worker that is to be replaced need not wait for it; default false. */
  interruptible: z.boolean().optional(),
  /** Of all jobs that share a group, one build runs at a time. */
  serial_groups: z.array(Identifier).readonly().optional(),
  /** How many builds may run at once; default unlimited. */
  max_in_flight: z.int().positive().optional(),
  tags: Tags.optional(),
  build_log_retention: BuildLogRetention.optional(),
});

/** A plan of steps and when it runs. @see https://concourse-ci.org/docs/jobs/ */
export interface Job extends z.infer<typeof Fields>, Hooks {
  /** The steps, one after the other. */
  readonly plan: readonly Step[];
}
/** See the interface of this name. */
export const Job: z.ZodType<Job> = z.strictObject({
  ...Fields.shape,
  plan: z.array(z.lazy(() => Step)).readonly(),
  ...hooks,
});
