/**
 * Validates Concourse pipelines exactly as Concourse does, and lints what it lets pass.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

const many = (what: string) => z.array(z.string()).default([]).describe(what);

/** `deno task validate-pipeline` */
export const task = defineTask({
  name: "validate-pipeline",
  summary: "Validate Concourse pipelines as Concourse itself does, and lint them",
  description: [
    "Errors and warnings are Concourse's own, in its order, with line and column; where decoding stops",
    "they are ours. The exit code follows them; --fail-on makes it follow the lints, too.",
  ].join("\n"),
  args: z.strictObject({
    file: z.array(z.string()).default([]).describe("Pipelines; - is stdin"),
  }),
  flags: z.strictObject({
    profile: z.enum(["server", "fly", "fly-strict"]).default("server")
      .describe(
        "Whose verdict: set-pipeline's server, fly validate-pipeline, or that with --strict",
      ),
    var: many("name=value: a var's text; wins over files"),
    yamlVar: many("name=yaml: a var's value as YAML; wins over --var"),
    loadVarsFrom: many("A YAML file of vars; a later one wins over an earlier one"),
    noLint: many("The id of a lint that is not wanted; all for all"),
    listLints: z.boolean().default(false).describe("List the lints and stop"),
    failOn: z.enum(["error", "warning", "info", "never"]).default("never")
      .describe("Also fail for lints as severe as this"),
  }),
  examples: [
    "validate-pipeline pipeline.yml",
    "validate-pipeline *.yml --profile fly-strict --load-vars-from vars.yml --json",
  ],
  async run({ args, flags, io }) {
    const { LINTS } = await import("lib/concourse/lint/mod.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { didYouMean } = await import("lib/schema/nearest.ts");
    if (flags.listLints) {
      for (const { id, severity, doc } of LINTS) {
        io.out(flags.json ? JSON.stringify({ id, severity, doc }) : `${id} (${severity}): ${doc}`);
      }
      return Exit.Ok;
    }
    if (args.file.length === 0) {
      throw new UsageProblem("FILE is required: name pipelines, or - for stdin");
    }
    const ids = LINTS.map(({ id }) => id);
    for (const id of flags.noLint) {
      if (id !== "all" && !ids.includes(id)) {
        throw new UsageProblem(`--no-lint "${id}" is not a lint${didYouMean(id, ids)}`);
      }
    }
    const { loadVars } = await import("lib/concourse/validate/template/load_vars.ts");
    const { validateFile } = await import("lib/concourse/validate/file.ts");
    const { formatJson, formatText } = await import("lib/concourse/validate/report.ts");

    const vars = await loadVars(flags, io.stdin);
    const lintsOff = flags.noLint.includes("all") ? undefined : new Set(flags.noLint);
    const severities = ["error", "warning", "info"];
    const worst = flags.failOn === "never" ? -1 : severities.indexOf(flags.failOn);
    let bad = 0, linted = 0;
    for (const file of args.file) {
      const verdict = await validateFile(
        file,
        { profile: flags.profile, vars, lintsOff },
        io.stdin,
      );
      const severe = verdict.lints.some(({ severity }) => severities.indexOf(severity) <= worst);
      if (!verdict.ok) bad++;
      else if (severe) linted++;
      if (flags.json) io.out(formatJson(verdict));
      else for (const line of formatText(verdict)) io.out(line);
    }
    const failing = linted > 0 ? `, ${linted} with lints of --fail-on ${flags.failOn}` : "";
    const all = args.file.length;
    io.err(`${all} ${all === 1 ? "pipeline" : "pipelines"}, ${bad} refused${failing}`);
    return bad + linted > 0 ? Exit.Failed : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
