/**
 * Destroys stacks, consumers before what they consume.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task destroy` */
export const task = defineTask({
  name: "destroy",
  summary: "Destroy stacks in exactly the reverse order",
  description:
    "Refused while a stack that is not destroyed with them still consumes one of them. Asks, unless\n--yes is given or it is a sandbox.",
  args: z.strictObject({
    project: z.array(z.string()).default([]).describe(
      "Projects, such as xqwatcher; all of them only in a sandbox",
    ),
  }),
  flags: z.strictObject({
    sandbox: z.boolean().default(false).describe("Of the sandbox"),
    env: z.array(z.enum(["ci", "qa", "production"])).default(["ci"]).describe(
      "Environment (ci, qa or production; default ci)",
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    parallel: z.int().min(1).max(64).default(navigator.hardwareConcurrency).describe(
      "Stacks at once",
    ),
    yes: z.boolean().default(false).describe("Do not ask"),
  }),
  examples: ["destroy --sandbox", "destroy xqwatcher --env ci"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { countResources } = await import("lib/pulumi/engine/run_stack.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const report = await import("lib/pulumi/deploy/report.ts");

    if (!flags.sandbox && args.project.length === 0) {
      throw new UsageProblem("Name the projects to destroy: all at once is for sandboxes");
    }
    const fleet = await loadFleet(ROOT);
    const selected = session.selectByWords(fleet, { ...args, ...flags });
    const engine = await session.openEngine(io, flags.sandbox);
    const ids: string[] = [];
    for (const id of selected) {
      if (await countResources(engine, fleet.stacks.get(id)!) > 0) ids.push(id);
    }
    if (ids.length === 0) {
      io.out(flags.json ? JSON.stringify({ elapsed: 0, stacks: [] }) : "Nothing to destroy");
      return Exit.Ok;
    }
    if (!flags.sandbox && !flags.yes && !await io.confirm(`Destroy ${ids.join(", ")}?`)) {
      throw new UsageProblem("Not confirmed: answer y on a terminal, or pass --yes");
    }
    const { outcomes, elapsed } = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "destroy",
      engine,
      concurrency: flags.parallel,
    });

    for (const problem of report.formatProblems(outcomes)) io.err(problem);
    io.out(
      flags.json
        ? JSON.stringify(report.outcomesAsJson(outcomes, elapsed))
        : report.formatOutcomes(outcomes, elapsed),
    );
    return outcomes.every(({ verdict }) => verdict === "done") ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
