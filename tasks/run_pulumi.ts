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
    "program to run: use deploy, preview and destroy for what needs one. What it changes in\n" +
    "the stack's configuration, it changes in the stack's file.",
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
    const { runPlainCli } = await import("lib/pulumi/engine/plain_cli.ts");
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
    const { path: pulumi } = await resolveEngine("pulumi");
    const backend = flags.sandbox ? await openSandbox(ROOT) : openBackend(ROOT, io.env);
    const engine = { root: ROOT, pulumi, backend, signal: io.signal };
    const code = await runPlainCli(engine, fleet.stacks.get(id)!, args.args);
    if (code > 1) io.err(`pulumi ended with exit code ${code}`);
    return code === 0 ? Exit.Ok : Exit.Failed;
  },
});

if (import.meta.main) await runTask(task);
