/**
 * Evaluates stacks offline: what they would consist of, and what stands against them.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task preview` */
export const task = defineTask({
  name: "preview",
  summary: "Evaluate stacks offline and hold them against the gates",
  description: "Needs no engine, no account and no network, and writes nothing. Exits 1 when a\n" +
    "program fails or a mandatory gate finds something.",
  args: z.strictObject({
    project: z.array(z.string()).default([]).describe("Projects, such as xqwatcher; default all"),
  }),
  flags: z.strictObject({
    env: z.array(z.enum(["ci", "qa", "production"])).default([]).describe(
      "Environment (ci, qa or production; default all)",
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    tree: z.boolean().default(false).describe("Show each stack's resources"),
  }),
  examples: ["preview", "preview xqwatcher --env ci --tree"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { selectByWords } = await import("lib/pulumi/deploy/session.ts");
    const { isSound, previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
    const report = await import("lib/pulumi/evaluate/report.ts");

    const fleet = await loadFleet(ROOT);
    const ids = selectByWords(fleet, { ...args, ...flags });
    const previews = await previewFleet(fleet, ids, { signal: io.signal });

    for (const finding of report.formatFindings(previews)) io.err(finding);
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
