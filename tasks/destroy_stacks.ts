/**
 * Destroys stacks, consumers before what they consume.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { DEFAULT_ENVIRONMENTS, StackArgs, stackFlags } from "lib/pulumi/deploy/flags.ts";

/** `deno task destroy` */
export const task = defineTask({
  name: "destroy",
  summary: "Destroy stacks in exactly the reverse order",
  description:
    "Refused while a stack that is not destroyed with them still consumes one of them, or a resource is\nprotected. Asks, unless --yes is given or it is a sandbox.",
  args: StackArgs,
  flags: stackFlags(DEFAULT_ENVIRONMENTS).extend({
    unprotect: z.boolean().default(false).describe(
      "Destroy what programs protect, too: databases, keys, zones; a sandbox always does",
    ),
    yes: z.boolean().default(false).describe("Do not ask"),
  }),
  examples: ["destroy --sandbox", "destroy xqwatcher --env ci"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { readState } = await import("lib/pulumi/engine/state.ts");
    const { describeState } = await import("lib/pulumi/deploy/report.ts");
    const { selectByWords } = await import("lib/pulumi/deploy/select.ts");
    const session = await import("lib/pulumi/deploy/session.ts");

    if (!flags.sandbox && args.project.length === 0) {
      throw new UsageProblem("Name the projects to destroy: all at once is for sandboxes");
    }
    const fleet = await loadFleet(ROOT);
    const env = flags.env.length > 0 ? flags.env : DEFAULT_ENVIRONMENTS;
    const selected = selectByWords(fleet, { ...args, ...flags, env });
    const engine = await session.openEngine(io, flags);
    const ids: string[] = [];
    for (const id of selected) {
      const state = await readState(engine, fleet.stacks.get(id)!);
      if (state === undefined || state.resources === 0) continue;
      ids.push(id);
      if (!flags.sandbox && !flags.yes) io.err(`${id}: ${describeState(state)}`);
    }
    if (ids.length === 0) {
      io.out(flags.json ? JSON.stringify({ elapsed: 0, stacks: [] }) : "Nothing to destroy");
      return Exit.Ok;
    }
    if (!flags.sandbox && !flags.yes && !await io.confirm(`Destroy ${ids.join(", ")}?`)) {
      throw new UsageProblem("Not confirmed: answer y on a terminal, or pass --yes");
    }
    const finished = await session.runWithBoard(io, {
      fleet,
      ids,
      operation: "destroy",
      unprotect: flags.unprotect || flags.sandbox,
      engine,
      limits: session.limitsOf(fleet, flags),
    }, flags.progress);
    const done = await session.reportRun(io, "Destruction", finished, flags);
    return done ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
