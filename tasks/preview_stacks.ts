/**
 * Evaluates stacks offline: what they would consist of, and what stands against them.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

/** `deno task preview` */
export const task = defineTask({
  name: "preview",
  summary: "Evaluate stacks offline and hold them against the gates",
  description: [
    "Needs no engine, no account and no network, and writes nothing. Exits 1 when a program fails or a",
    "mandatory gate finds something. With --engine pulumi the real engine then compares with the state:",
    "outputs of stacks that are not deployed yet are unknown, and the exit code is 3 for changes.",
  ].join("\n"),
  args: StackArgs,
  flags: stackFlags([]).extend({
    engine: z.enum(["offline", "pulumi"]).default("offline").describe("What evaluates"),
    tree: z.boolean().default(false).describe("Show each stack's resources"),
  }),
  examples: ["preview", "preview xqwatcher --env ci --tree"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const session = await import("lib/pulumi/deploy/session.ts");
    const { isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const report = await import("lib/pulumi/evaluate/report.ts");

    const fleet = await loadFleet(ROOT);
    if (flags.engine === "offline" && (flags.sandbox || flags.summary)) {
      throw new UsageProblem("--sandbox and --summary go with --engine pulumi");
    }
    const ids = session.selectByWords(fleet, { ...args, ...flags });
    const previews = await previewFleet(fleet, ids, { signal: io.signal });

    for (const finding of report.formatFindings(previews)) io.err(finding);
    if (flags.engine === "pulumi" && previews.every(isSound)) {
      return await previewWithEngine(io, fleet, ids, flags);
    }
    if (flags.json) io.out(JSON.stringify(report.previewsAsJson(previews)));
    else {
      for (const { stack, evaluation } of flags.tree ? previews : []) {
        if (evaluation) io.out(`${stack.id}\n${report.formatTree(evaluation.resources)}\n`);
      }
      io.out(report.formatPreviews(previews));
    }
    return previews.every(isSound) ? Exit.Ok : Exit.Failed;
  },
});

type Context = Parameters<Parameters<typeof defineTask>[0]["run"]>[0];

async function previewWithEngine(
  io: Context["io"],
  fleet: import("lib/pulumi/fleet.ts").Fleet,
  ids: readonly string[],
  flags: { sandbox: boolean; parallel: number; summary?: string; json: boolean },
): Promise<Exit> {
  const session = await import("lib/pulumi/deploy/session.ts");
  const engine = await session.openEngine(io, flags.sandbox);
  const finished = await session.runWithBoard(io, {
    fleet,
    ids,
    operation: "preview",
    engine,
    concurrency: flags.parallel,
  });
  const done = await session.reportRun(io, "Preview", finished, flags);
  if (!done) return Exit.Failed;
  return finished.outcomes.some(({ changed }) => changed) ? Exit.Pending : Exit.Ok;
}

if (import.meta.main) await runTask(task);
