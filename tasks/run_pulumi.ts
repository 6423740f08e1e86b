/**
 * The plain Pulumi CLI, in the right folder with the right environment.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task pulumi` */
export const task = defineTask({
  name: "pulumi",
  summary: "Run the plain Pulumi CLI on one stack",
  description:
    "Whatever stands after -- goes to the CLI as it is, with --stack added. It has no\n" +
    "program to run: use deploy, preview and destroy for what needs one.",
  args: z.strictObject({
    project: z.string().describe("The project, such as xqwatcher"),
    stack: z.string().describe("The stack, such as CI"),
    args: z.array(z.string()).default([]).describe("The CLI's own words, after --"),
  }),
  flags: z.strictObject({ sandbox: z.boolean().default(false).describe("Of the sandbox") }),
  examples: ["pulumi xqwatcher CI --sandbox -- stack output --json"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { selectByWords } = await import("lib/pulumi/deploy/select.ts");
    const { openBackend, openSandbox } = await import("lib/pulumi/engine/backend.ts");
    const { resolveEngine } = await import("lib/engines/resolve.ts");

    if (args.args.length === 0) {
      throw new UsageProblem("Say what to run after --, such as -- stack");
    }
    const fleet = await loadFleet(ROOT);
    const [id] = selectByWords(fleet, {
      project: [args.project],
      env: [],
      stack: args.stack,
    });
    const { path } = await resolveEngine("pulumi");
    const backend = flags.sandbox ? await openSandbox(ROOT) : openBackend(ROOT, io.env);
    const stack = fleet.stacks.get(id)!;
    await using held = await backend.stackEnv(stack, io.signal);
    const child = new Deno.Command(path, {
      args: [...args.args, "--stack", args.stack],
      cwd: await backend.workDir(stack),
      env: { ...held.variables },
    }).spawn();
    const { code } = await child.status;
    return code === 0 ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
