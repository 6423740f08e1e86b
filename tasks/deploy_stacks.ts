/**
 * Deploys stacks in dependency order; with `--sandbox` a dress rehearsal with simulated providers.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

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
  flags: stackFlags(["ci"]).extend({
    engine: z.enum(["auto", "pulumi", "offline"]).default("auto").describe(
      "In a sandbox: the real engine where there is one, insist on it, or do without",
    ),
    set: z.array(z.string()).default([]).describe(
      "KEY=VALUE: a key of the project's configuration in place of the file's; the value may be JSON",
    ),
    resume: z.boolean().default(false).describe(
      "Run only what the last deployment did not finish; selects by itself",
    ),
    yes: z.boolean().default(false).describe("Do not ask"),
  }),
  examples: ["deploy --sandbox", "deploy xqwatcher --env qa --env production"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { parseOverrides } = await import("lib/pulumi/stack_file.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const { isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const offline = await import("lib/pulumi/evaluate/report.ts");

    if (!flags.sandbox && flags.engine !== "auto") {
      throw new UsageProblem(
        "--engine goes with --sandbox: a real deployment needs the real engine",
      );
    }
    if (flags.set.length > 0 && (args.project.length !== 1 || flags.resume)) {
      throw new UsageProblem("--set goes with exactly one project, and not with --resume");
    }
    const set = parseOverrides(flags.set);
    const fleet = await loadFleet(ROOT);
    const words = { ...args, ...flags };
    const named = flags.set.length > 0 ? session.selectByWords(fleet, words) : [];
    const overrides = new Map(named.map((id) => [id, set]));
    const ids = flags.resume
      ? await session.selectUnfinished(fleet, io, flags.sandbox)
      : session.selectByWords(fleet, words, flags.sandbox);
    if (ids.length === 0) {
      io.out(flags.json ? JSON.stringify({ stacks: [] }) : "The last deployment is complete");
      return Exit.Ok;
    }

    const previews = await previewFleet(fleet, ids, { signal: io.signal, overrides });
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
    const finished = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "up",
      engine,
      concurrency: flags.parallel,
      overrides,
    });
    const done = await session.reportRun(io, "Deployment", finished, flags);
    return done ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
