/**
 * Makes a definition of an existing pipeline's YAML.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task import-pipeline FILE` */
export const task = defineTask({
  name: "import-pipeline",
  summary: "Turn a pipeline's YAML into a TypeScript definition that renders the same",
  description: [
    "Reads by fly's rules: anchors are written out, values stand as Concourse reads them, comments and",
    "unknown keys are gone. What fly get-pipeline prints can be imported, too: - reads stdin.",
  ].join("\n"),
  args: z.strictObject({ file: z.string().describe("A pipeline as YAML or JSON; - is stdin") }),
  flags: z.strictObject({
    out: z.string().optional().describe(
      "The file to write, such as pipelines/app.ts; default stdout",
    ),
    loadVarsFrom: z.array(z.string()).default([]).describe(
      "A YAML file with values that are filled in; other vars stay",
    ),
    force: z.boolean().default(false).describe("Replace a file that is there"),
  }),
  examples: [
    "import-pipeline ci/pipeline.yml --out pipelines/app.ts",
    "import-pipeline - --out pipelines/app.ts < live.yml",
  ],
  async run({ args, flags, io }) {
    const { Problem } = await import("lib/schema/problem.ts");
    const { writeAtomically } = await import("lib/schema/atomic.ts");
    const { importPipeline } = await import("lib/concourse/import/definition.ts");
    const { readBounded } = await import("lib/concourse/validate/file.ts");
    const { loadVars } = await import("lib/concourse/validate/template/load_vars.ts");
    const { formatSource } = await import("lib/concourse/import/format.ts");

    const content = await readBounded(args.file, io.stdin);
    const vars = await loadVars({ ...flags, var: [], yamlVar: [] }, io.stdin);
    const name = args.file === "-" ? "stdin" : args.file;
    const { text, leftOut, untyped } = importPipeline(content, name, vars);
    const { out } = flags;
    if (out !== undefined && !flags.force && await Deno.stat(out).catch(() => undefined)) {
      throw new Problem(`${out}: is there already: pass --force to replace it`);
    }
    const formatted = await formatSource(text, io.signal);
    for (const note of leftOut) io.err(`left out: ${note}`);
    for (const note of untyped) io.err(`not in the types: ${note}`);
    if (out !== undefined) await writeAtomically(out, formatted);
    if (flags.json) {
      io.out(JSON.stringify({ file: out ?? null, text: formatted, leftOut, untyped }));
    } else io.out(out ?? formatted.trimEnd());
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
