/**
 * Makes a secret file: encrypted by SOPS to the recipients of its creation rule, of its schema.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task new-secret` */
export const task = defineTask({
  name: "new-secret",
  summary: "Make a secret file that its context's schema names, encrypted by its creation rule",
  description: [
    "The editor opens with the keys that the schema asks for; each placeholder has to be replaced. With",
    "--stdin the content comes from there, as YAML or JSON.",
  ].join("\n"),
  args: z.strictObject({
    context: z.string().describe("Folder under secrets/"),
    name: z.string().describe("File in it, without environment and ending"),
  }),
  flags: z.strictObject({
    env: z.enum(["ci", "qa", "production"]).describe("Environment"),
    stdin: z.boolean().default(false).describe("Read the content from stdin"),
  }),
  examples: [
    "new-secret xqwatcher grader-config --env ci",
    "new-secret xqwatcher grader-config --env ci --stdin < grader-config.json",
  ],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { createSecret } = await import("lib/secrets/write/edit.ts");
    const { contentFrom, reportWritten } = await import("lib/secrets/write/report.ts");

    if (!flags.stdin && !io.isTerminal) {
      throw new UsageProblem("There is no terminal for an editor: use --stdin");
    }
    const data = flags.stdin ? contentFrom(await io.stdin()) : undefined;
    const written = await createSecret({ ...args, environment: flags.env }, data, {
      root: ROOT,
      env: io.env,
      signal: io.signal,
      retry: (problems) => {
        for (const problem of problems) io.err(`error: ${problem}`);
        return io.confirm("Edit again?");
      },
    });
    reportWritten(written, io, flags.json);
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
