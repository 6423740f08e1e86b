/**
 * Deploys stacks in dependency order; with `--sandbox` a dress rehearsal with simulated providers.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task deploy` */
export const task = defineTask({
  name: "deploy",
  summary: "Deploy stacks in dependency order",
  description: [
    "With --sandbox the real Pulumi engine runs against throw-away local state and simulated",
    "providers: no account is needed. Where the CLI is not installed the programs are evaluated in",
    "process instead, and the report says so.",
  ].join("\n"),
  args: z.strictObject({
    project: z.array(z.string()).default([]).describe("Projects, such as xqwatcher; default all"),
  }),
  flags: z.strictObject({
    sandbox: z.boolean().default(false).describe("Rehearse with simulated providers"),
    env: z.array(z.enum(["ci", "qa", "production"])).default(["ci"]).describe(
      "Environment (ci, qa or production; default ci)",
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    engine: z.enum(["auto", "pulumi", "offline"]).default("auto").describe(
      "In a sandbox: the real engine where there is one, insist on it, or do without",
    ),
    parallel: z.int().min(1).max(64).default(navigator.hardwareConcurrency).describe(
      "Stacks at once",
    ),
    resume: z.boolean().default(false).describe(
      "Run only what the last deployment did not finish; selects by itself",
    ),
    yes: z.boolean().default(false).describe("Do not ask"),
    summary: z.string().optional().describe("Write a Markdown summary to this file"),
  }),
  examples: ["deploy --sandbox", "deploy xqwatcher --env qa --env production"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { writeAtomically } = await import("lib/schema/atomic.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const { isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const offline = await import("lib/pulumi/evaluate/report.ts");
    const report = await import("lib/pulumi/deploy/report.ts");

    if (!flags.sandbox && flags.engine !== "auto") {
      throw new UsageProblem(
        "--engine goes with --sandbox: a real deployment needs the real engine",
      );
    }
    const fleet = await loadFleet(ROOT);
    const ids = flags.resume
      ? await session.selectUnfinished(fleet, io, flags.sandbox)
      : session.selectByWords(fleet, { ...args, ...flags }, flags.sandbox);
    if (ids.length === 0) {
      io.out(flags.json ? JSON.stringify({ stacks: [] }) : "The last deployment is complete");
      return Exit.Ok;
    }

    const previews = await previewFleet(fleet, ids, { signal: io.signal });
    const findings = offline.formatFindings(previews);
    for (const finding of findings) io.err(finding);
    if (!previews.every(isSound)) {
      io.err("Nothing was deployed: mend what is listed above first");
      return Exit.Failed;
    }

    const lookup = await session.lookupCli(flags.engine);
    if (flags.sandbox && flags.engine !== "pulumi" && lookup?.found === undefined) {
      io.out(
        flags.json
          ? JSON.stringify({ engine: "offline", stacks: offline.previewsAsJson(previews) })
          : offline.formatPreviews(previews),
      );
      io.err(
        flags.engine === "offline"
          ? "Rehearsed offline, as asked: no state, no diffs"
          : "Rehearsed offline, as there is no pulumi: no state, no diffs: run deno task setup pulumi",
      );
      return Exit.Ok;
    }
    const engine = await session.openEngine(io, flags.sandbox);
    if (!flags.sandbox && !flags.yes && !await io.confirm(`Deploy ${ids.join(", ")}?`)) {
      throw new UsageProblem("Not confirmed: answer y on a terminal, or pass --yes");
    }
    const { outcomes, elapsed } = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "up",
      engine,
      concurrency: flags.parallel,
    });

    for (const problem of report.formatProblems(outcomes)) io.err(problem);
    io.out(
      flags.json
        ? JSON.stringify({ engine: "pulumi", ...report.outcomesAsJson(outcomes, elapsed) })
        : report.formatOutcomes(outcomes, elapsed),
    );
    if (flags.summary) {
      await writeAtomically(flags.summary, report.formatMarkdown("Deployment", outcomes, elapsed));
    }
    return outcomes.every(({ verdict }) => verdict === "done") ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
