/**
 * Says what this machine lacks for the other tasks.
 *
 * @module
 */
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task doctor`. */
export const task = defineTask({
  name: "doctor",
  summary: "Say what this machine lacks for the other tasks",
  description: "Exits 0 when every engine that is not optional is there in the right version.",
  examples: ["doctor", "doctor --json"],
  async run({ flags, io }) {
    const { engineNotes, engineRows, isHealthy, reportEngines } = await import(
      "lib/engines/report.ts"
    );
    const { formatTable } = await import("lib/cli/table.ts");
    const engines = await reportEngines(io.env);
    if (flags.json) io.out(JSON.stringify({ engines }, null, 2));
    else {
      io.out(formatTable(engineRows(engines)));
      for (const note of engineNotes(engines)) io.out(note);
    }
    return isHealthy(engines) ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
