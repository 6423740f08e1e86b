/**
 * Compares state with what is really there; never writes.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task drift` */
export const task = defineTask({
  name: "drift",
  summary: "Compare the state of stacks with what is really there, writing nothing",
  description: "Exits 0 when nothing drifted, 3 on drift, 1 on an error.",
  args: z.strictObject({
    project: z.array(z.string()).default([]).describe("Projects, such as xqwatcher; default all"),
  }),
  flags: z.strictObject({
    sandbox: z.boolean().default(false).describe("Of the sandbox"),
    env: z.array(z.enum(["ci", "qa", "production"])).default([]).describe(
      "Environment (ci, qa or production; default all)",
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    parallel: z.int().min(1).max(64).default(navigator.hardwareConcurrency).describe(
      "Stacks at once",
    ),
    summary: z.string().optional().describe("Write a Markdown summary to this file"),
  }),
  examples: ["drift xqwatcher --env production", "drift --json"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { writeAtomically } = await import("lib/schema/atomic.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { countResources } = await import("lib/pulumi/engine/run_stack.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const report = await import("lib/pulumi/deploy/report.ts");

    const fleet = await loadFleet(ROOT);
    const engine = await session.openEngine(io, flags.sandbox);
    const ids: string[] = [];
    for (const id of session.selectByWords(fleet, { ...args, ...flags })) {
      if (await countResources(engine, fleet.stacks.get(id)!) > 0) ids.push(id);
      else io.err(`${id}: not deployed`);
    }
    const { outcomes, elapsed } = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "refresh",
      engine,
      concurrency: flags.parallel,
    });

    for (const problem of report.formatProblems(outcomes)) io.err(problem);
    io.out(
      flags.json
        ? JSON.stringify(report.outcomesAsJson(outcomes, elapsed))
        : report.formatOutcomes(outcomes, elapsed),
    );
    if (flags.summary) {
      await writeAtomically(flags.summary, report.formatMarkdown("Drift", outcomes, elapsed));
    }
    if (outcomes.some(({ verdict }) => verdict !== "done")) return Exit.Failed;
    return outcomes.some(({ changed }) => changed) ? Exit.Pending : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
