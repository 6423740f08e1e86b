import { z } from "zod";

/** What every task about stacks takes as arguments. */
export const StackArgs = z.strictObject({
  project: z.array(z.string()).default([]).describe("Projects, such as xqwatcher; default all"),
});

/**
 * The flags by which every task about stacks selects and runs them.
 *
 * @param environments The environments when none is given; empty means all
 */
export function stackFlags(environments: readonly "ci"[]) {
  return z.strictObject({
    sandbox: z.boolean().default(false).describe("Throw-away state and simulated providers"),
    env: z.array(z.enum(["ci", "qa", "production"])).default([...environments]).describe(
      `Environment: ci, qa or production; default ${environments.join(", ") || "all"}`,
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    parallel: z.int().min(1).max(64).default(navigator.hardwareConcurrency).describe(
      "Stacks at once",
    ),
    summary: z.string().optional().describe("Write a Markdown summary to this file"),
  });
}
