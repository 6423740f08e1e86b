/**
 * Compares state with what is really there; never writes.
 *
 * @module
 */
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

/** `deno task drift` */
export const task = defineTask({
  name: "drift",
  summary: "Compare the state of stacks with what is really there, writing nothing",
  description: "Exits 0 when nothing drifted, 3 on drift, 1 on an error.",
  args: StackArgs,
  flags: stackFlags([]),
  examples: ["drift xqwatcher --env production", "drift --json"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { countResources } = await import("lib/pulumi/engine/state.ts");
    const { selectByWords } = await import("lib/pulumi/deploy/select.ts");
    const session = await import("lib/pulumi/deploy/session.ts");

    const fleet = await loadFleet(ROOT);
    const engine = await session.openEngine(io, flags);
    const ids: string[] = [];
    for (const id of selectByWords(fleet, { ...args, ...flags })) {
      if (await countResources(engine, fleet.stacks.get(id)!) > 0) ids.push(id);
      else io.err(`${id}: not deployed`);
    }
    const finished = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "refresh",
      engine,
      limits: session.limitsOf(fleet, flags),
    }, flags.progress);
    const done = await session.reportRun(io, "Drift", finished, flags);
    if (!done) return Exit.Failed;
    return finished.outcomes.some(({ changed }) => changed) ? Exit.Pending : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
