/**
 * Installs the engines that the other tasks drive into the user's cache: see `--help`.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task setup`. */
export const task = defineTask({
  name: "setup",
  summary: "Install the engines that the other tasks drive",
  description:
    "Takes each engine's release from its vendor, or builds it from its pinned source with Go or " +
    "Python where the vendor cannot be reached. What is on PATH in the right version stays as it " +
    "is. Other clones of this user find what was installed.",
  args: z.strictObject({
    name: z.array(z.string()).default([]).describe("Engines; default all but the optional ones"),
  }),
  examples: ["setup", "setup pulumi sops", "setup fly"],
  async run({ args, flags, io }) {
    const { parseEngineNames, setupEngines } = await import("lib/engines/setup.ts");
    const { formatTable } = await import("lib/cli/table.ts");
    const rows = await setupEngines(parseEngineNames(args.name), io);
    if (flags.json) io.out(JSON.stringify(rows, null, 2));
    else io.out(formatTable(rows.map((row) => [row.name, row.version, row.origin, row.path])));
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
