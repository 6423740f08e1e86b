/**
 * Changes a secret file by SOPS, on a copy that is verified before it takes the place of the original.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task edit-secret` */
export const task = defineTask({
  name: "edit-secret",
  summary: "Change a secret file through sops, verified before it replaces the old one",
  description: [
    "Without --set or --unset the editor (SOPS_EDITOR, EDITOR) opens; the open text lies in memory only,",
    "for as long as it runs. What is not of the schema, empty or a placeholder is refused.",
  ].join("\n"),
  args: z.strictObject({
    context: z.string().describe("Folder under secrets/"),
    name: z.string().describe("File in it, without environment and ending"),
  }),
  flags: z.strictObject({
    env: z.enum(["ci", "qa", "production"]).describe("Environment"),
    set: z.string().optional().describe("Set this key (a.b.0) to what stdin says"),
    asJson: z.boolean().default(false).describe("With --set: stdin is JSON, not text"),
    unset: z.string().optional().describe("Take this key out"),
  }),
  examples: [
    "edit-secret xqwatcher grader-config --env ci",
    "edit-secret xqwatcher grader-config --env ci --set xqueue_password < password",
    "edit-secret xqwatcher grader-config --env ci --set connections --as-json <<< 8",
  ],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { Problems, UsageProblem } = await import("lib/schema/problem.ts");
    const { editSecret } = await import("lib/secrets/write/edit.ts");
    const { reportWritten, valueFrom } = await import("lib/secrets/write/report.ts");

    if (flags.set !== undefined && flags.unset !== undefined) {
      throw new UsageProblem("--set and --unset exclude each other");
    }
    if (flags.asJson && flags.set === undefined) {
      throw new UsageProblem("--as-json goes with --set");
    }
    const isEditor = flags.set === undefined && flags.unset === undefined;
    if (isEditor && !io.isTerminal) {
      throw new UsageProblem("There is no terminal for an editor: use --set or --unset");
    }
    const change = flags.set !== undefined
      ? { kind: "set", key: flags.set, value: valueFrom(await io.stdin(), flags.asJson) } as const
      : flags.unset !== undefined
      ? { kind: "unset", key: flags.unset } as const
      : { kind: "editor" } as const;
    const written = await editSecret({ ...args, environment: flags.env }, change, {
      root: ROOT,
      env: io.env,
      signal: io.signal,
      retry: (problems) => {
        for (const problem of problems) io.err(`error: ${problem}`);
        return io.confirm("Edit again?");
      },
    }).catch((error) => {
      if (flags.set === undefined || flags.asJson || !(error instanceof Problems)) throw error;
      throw new Problems(
        error.messages.map((message) =>
          /received string/.test(message) ? `${message}: with --as-json stdin is JSON` : message
        ),
      );
    });
    reportWritten(written, io, flags.json);
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
