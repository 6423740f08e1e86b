/**
 * Says what this machine lacks for the other tasks, and what is amiss with the stacks' states.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task doctor`. */
export const task = defineTask({
  name: "doctor",
  summary: "Say what this machine lacks for the other tasks, and what is amiss with the stacks",
  description: [
    "Engines: which are there, and in the right version. Stacks: who holds a lock and for how long,",
    "operations that never ended, stacks that no project has. Looks at the sandbox, and at the backend",
    "where it keeps files; elsewhere only with --state, as that needs credentials.",
    "Exits 0 when every engine that is not optional is there and nothing is amiss.",
  ].join("\n"),
  flags: z.strictObject({
    state: z.boolean().default(false).describe("Look at the backend's stacks even if it is remote"),
    breakLocks: z.boolean().default(false).describe("Remove locks whose owner has provably ended"),
    force: z.boolean().default(false).describe("With --break-locks: the others too; asks"),
  }),
  examples: ["doctor", "doctor --json", "doctor --break-locks"],
  async run({ flags, io }) {
    const { engineNotes, engineRows, isHealthy, reportEngines } = await import(
      "lib/engines/report.ts"
    );
    const { formatTable } = await import("lib/cli/table.ts");
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { surveyBackends } = await import("lib/pulumi/deploy/checkup.ts");
    const { describeSurvey } = await import("lib/pulumi/engine/survey.ts");

    if (flags.force && !flags.breakLocks) throw new UsageProblem("--force goes with --break-locks");
    const engines = await reportEngines(io.env);
    const pulumi = engines.find(({ name }) => name === "pulumi")?.path;
    const states = await surveyBackends(io, await loadFleet(ROOT), { ...flags, pulumi });
    const amiss = states.flatMap(({ backend, stacks }) =>
      describeSurvey(stacks, backend === "sandbox")
    );
    if (flags.json) io.out(JSON.stringify({ engines, states }, null, 2));
    else {
      io.out(formatTable(engineRows(engines)));
      for (const note of [...engineNotes(engines), ...amiss]) io.out(note);
    }
    return isHealthy(engines) && amiss.length === 0 ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
