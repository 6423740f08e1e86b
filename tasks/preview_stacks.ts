/**
 * Evaluates stacks offline: what they would consist of, and what stands against them.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { SetFlag, StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

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
    set: SetFlag,
    savePlan: z.string().optional().describe(
      "With --engine pulumi: write what was previewed to this folder, for deploy --plan",
    ),
    tree: z.boolean().default(false).describe("Show each stack's resources"),
  }),
  examples: [
    "preview",
    "preview xqwatcher --env ci --tree",
    "preview --env ci --engine pulumi --save-plan plans/ci",
  ],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { parseOverrides } = await import("lib/pulumi/stack_file.ts");
    const { selectByWords } = await import("lib/pulumi/deploy/select.ts");
    const { previewWithEngine } = await import("lib/pulumi/deploy/preview.ts");
    const { isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const report = await import("lib/pulumi/evaluate/report.ts");

    const idle = flags.engine === "offline" && Object.entries({
      "--sandbox": flags.sandbox,
      "--vault": flags.vault,
      "--kubernetes": flags.kubernetes,
      "--apply-kubernetes": flags.applyKubernetes,
      "--limit": flags.limit.length > 0,
      "--resource-parallel": flags.resourceParallel,
      "--progress": flags.progress,
      "--summary": flags.summary,
      "--save-plan": flags.savePlan,
    }).find(([, given]) => given);
    if (idle) throw new UsageProblem(`${idle[0]} goes with --engine pulumi`);
    if (flags.set.length > 0 && args.project.length !== 1) {
      throw new UsageProblem("--set goes with exactly one project");
    }
    const fleet = await loadFleet(ROOT);
    const ids = selectByWords(fleet, { ...args, ...flags });
    const set = parseOverrides(flags.set);
    const overrides = new Map(flags.set.length > 0 ? ids.map((id) => [id, set]) : []);
    const previews = await previewFleet(fleet, ids, { signal: io.signal, overrides });

    for (const finding of report.formatFindings(previews)) io.err(finding);
    if (flags.engine === "pulumi" && previews.every(isSound)) {
      return await previewWithEngine(io, fleet, previews, { ids, overrides, ...flags });
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

if (import.meta.main) await runTask(task);
