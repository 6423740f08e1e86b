/**
 * Sets the rendered pipelines in a Concourse, through its own `fly`.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task set-pipelines` */
export const task = defineTask({
  name: "set-pipelines",
  summary: "Set the rendered pipelines in Concourse through fly: compare, ask, set",
  description: [
    "Log in first: fly --target NAME login --concourse-url URL. Sets the files of pipelines/rendered as",
    "they are; fly compares each with the server. Exits 3 with --dry-run when something would change.",
    "FLY_TARGET, FLY_TEAM and FLY (the executable) stand in for the flags.",
  ].join("\n"),
  args: z.strictObject({
    pipeline: z.array(z.string()).default([]).describe("Pipelines; default all"),
  }),
  flags: z.strictObject({
    target: z.string().optional().describe("A target of ~/.flyrc"),
    team: z.string().optional().describe("The team; default the target's"),
    from: z.string().default("pipelines/rendered").describe("Where the files are"),
    loadVarsFrom: z.array(z.string()).default([]).describe("A YAML file with values for vars"),
    checkCreds: z.boolean().default(false).describe(
      "Fail where the credential manager lacks a var",
    ),
    pause: z.boolean().default(false).describe("Afterwards: let them start no builds"),
    unpause: z.boolean().default(false).describe("Afterwards: let them start builds"),
    dryRun: z.boolean().default(false).describe("Only compare"),
    yes: z.boolean().default(false).describe("Do not ask"),
    fly: z.string().optional().describe("The executable, of the server's version"),
  }),
  examples: ["set-pipelines --target ci --dry-run", "set-pipelines meta --target ci --unpause"],
  async run({ args, flags, io }) {
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { ROOT } = await import("lib/cli/root.ts");
    const { findFly, openFly } = await import("lib/concourse/fly.ts");
    const { findRendered, selectPipelines } = await import("lib/concourse/render_all.ts");
    const { formatSetPlan, isEmpty, planSet } = await import("lib/concourse/set_plan.ts");

    const target = flags.target ?? io.env("FLY_TARGET");
    if (target === undefined) throw new UsageProblem("No target: pass --target or set FLY_TARGET");
    if (flags.pause && flags.unpause) {
      throw new UsageProblem("--pause and --unpause exclude each other");
    }
    const rendered = await findRendered(
      flags.from.startsWith("/") ? flags.from : `${ROOT}/${flags.from}`,
    );
    const selected = selectPipelines(rendered, args.pipeline);
    const fly = openFly({
      fly: await findFly(flags.fly, io.env),
      target,
      team: flags.team ?? io.env("FLY_TEAM"),
      signal: io.signal,
    });
    const sourceOf = (name: string) => ({
      name,
      file: selected.get(name)!,
      varFiles: flags.loadVarsFrom,
      checkCredentials: flags.checkCreds,
    });

    const server = await fly.list();
    const compared = new Map<string, Awaited<ReturnType<typeof fly.rehearse>>>();
    for (const name of selected.keys()) compared.set(name, await fly.rehearse(sourceOf(name)));
    const state = flags.pause ? "pause" : flags.unpause ? "unpause" : undefined;
    const plan = planSet(compared, [...rendered.keys()], server, state);

    if (flags.json) io.out(JSON.stringify({ target, ...plan }));
    else io.out(formatSetPlan(plan));
    if (isEmpty(plan)) return Exit.Ok;
    if (flags.dryRun) return Exit.Pending;
    if (!flags.yes && !await io.confirm(`Set these on target "${target}"?`)) {
      throw new UsageProblem("Not confirmed: answer y on a terminal, or pass --yes");
    }
    for (const { name, change, then } of plan.pipelines) {
      if (change !== "none") {
        await fly.set(sourceOf(name));
        io.err(`${name}: ${change === "change" ? "changed" : `${change}d`}`);
      }
      if (then !== undefined) {
        await fly[then](name);
        io.err(`${name}: ${then}d`);
      }
    }
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
