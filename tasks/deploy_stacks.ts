/**
 * Deploys stacks in dependency order; with `--sandbox` a dress rehearsal with simulated providers.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { DEFAULT_ENVIRONMENTS, SetFlag, StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

/** `deno task deploy` */
export const task = defineTask({
  name: "deploy",
  summary: "Deploy stacks in dependency order",
  description: [
    "With --sandbox the real Pulumi engine runs against throw-away local state and simulated",
    "providers: no account is needed. Where the CLI is not installed the programs are evaluated in",
    "process instead, and the report says so.",
  ].join("\n"),
  args: StackArgs,
  flags: stackFlags(DEFAULT_ENVIRONMENTS).extend({
    engine: z.enum(["auto", "pulumi", "offline"]).default("auto").describe(
      "In a sandbox: the real engine where there is one, insist on it, or do without",
    ),
    set: SetFlag,
    plan: z.string().optional().describe(
      "Carry out the plan in this folder, made by preview --save-plan, and nothing else",
    ),
    planDigest: z.string().optional().describe(
      "With --plan: the digest that was approved, at least 12 characters of it",
    ),
    dependents: z.boolean().default(false).describe(
      "Also the stacks that need these, each only when an output that it reads changes",
    ),
    resume: z.boolean().default(false).describe(
      "Run only what the last deployment did not finish; selects by itself",
    ),
    yes: z.boolean().default(false).describe("Do not ask"),
  }),
  examples: [
    "deploy --sandbox",
    "deploy xqwatcher --env qa --env production",
    "deploy network --env ci --dependents",
    "deploy --plan plans/ci --yes",
  ],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const { select } = await import("lib/pulumi/deploy/select.ts");
    const { readsOf, isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const offline = await import("lib/pulumi/evaluate/report.ts");

    const fleet = await loadFleet(ROOT);
    const limits = session.limitsOf(fleet, flags);
    const { ids, overrides, gated, plan } = await select(fleet, io, { ...args, ...flags });
    if (ids.length === 0) {
      io.out(flags.json ? JSON.stringify({ stacks: [] }) : "The last deployment is complete");
      return Exit.Ok;
    }

    const previews = await previewFleet(fleet, ids, { signal: io.signal, overrides });
    for (const finding of offline.formatFindings(previews)) io.err(finding);
    if (!previews.every(isSound)) {
      io.err("Nothing was deployed: mend what is listed above first");
      return Exit.Failed;
    }

    const lookup = await session.lookupCli(flags.engine);
    if (flags.sandbox && flags.engine !== "pulumi" && !plan && lookup?.found === undefined) {
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
    const engine = await session.openEngine(io, flags);
    const { openPlan } = await import("lib/pulumi/deploy/plan.ts");
    const opened = plan && await openPlan(engine, fleet, plan.folder, { ...plan, ids });
    const run = {
      fleet,
      ids,
      engine,
      limits,
      overrides,
      gated,
      reads: readsOf(previews),
    };
    if (!flags.sandbox && !flags.yes) {
      const { showChanges } = await import("lib/pulumi/deploy/preview.ts");
      if (!await showChanges(io, run, opened?.bundle, flags.progress)) {
        io.err("Nothing was deployed: mend what is listed above first");
        return Exit.Failed;
      }
      if (!await io.confirm(`Deploy ${ids.join(", ")}?`)) {
        throw new UsageProblem("Not confirmed: answer y on a terminal, or pass --yes");
      }
    }
    const finished = await session.runWithBoard(io, {
      ...run,
      operation: "up",
      ...(opened ? { plan: opened.bundle.digest, optionsFor: opened.optionsFor } : {}),
    }, flags.progress);
    const done = await session.reportRun(io, "Deployment", finished, flags);
    if (!done && io.signal.aborted) {
      io.err("Nothing is lost: deploy --resume goes on where this stopped");
    }
    return done ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
