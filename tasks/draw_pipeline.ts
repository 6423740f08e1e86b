/**
 * Draws a pipeline: jobs, resources, what passes from one job to the next, groups.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task draw-pipeline NAME` */
export const task = defineTask({
  name: "draw-pipeline",
  summary: "Draw a pipeline as SVG: jobs, resources, what passes between them, groups",
  description: [
    "Jobs are green, resources grey. A whole line starts the job by itself, a broken one waits for a",
    "person, a dotted one is a put. Hooks are left out. What Concourse would refuse is drawn as far as",
    "it goes.",
  ].join("\n"),
  args: z.strictObject({
    pipeline: z.string().describe(
      "A name in pipelines/rendered, or a file of YAML or JSON; - is stdin",
    ),
  }),
  flags: z.strictObject({
    svg: z.string().optional().describe("The file to write; default stdout"),
    loadVarsFrom: z.array(z.string()).default([]).describe(
      "A YAML file with values that are filled in; a later one wins",
    ),
  }),
  examples: ["draw-pipeline xqwatcher --svg out/xqwatcher.svg", "draw-pipeline ci/pipeline.yml"],
  async run({ args, flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { writeAtomically } = await import("lib/schema/atomic.ts");
    const { drawnGraph } = await import("lib/concourse/draw/graph.ts");
    const { drawSvg } = await import("lib/concourse/draw/svg.ts");
    const { readPipeline } = await import("lib/concourse/read.ts");
    const { loadVars } = await import("lib/concourse/validate/template/load_vars.ts");

    const vars = await loadVars({ ...flags, var: [], yamlVar: [] }, io.stdin);
    const rendered = `${ROOT}/pipelines/rendered`;
    const { name, pipeline, errors } = await readPipeline(args.pipeline, rendered, io.stdin, vars);
    for (const error of errors) io.err(`Concourse would refuse it: ${error}`);
    const graph = drawnGraph(pipeline);
    const svg = await drawSvg(graph, name);
    if (flags.svg !== undefined) await writeAtomically(flags.svg, svg);
    if (flags.json) io.out(JSON.stringify({ name, file: flags.svg ?? null, ...graph }));
    else io.out(flags.svg === undefined ? svg : `${flags.svg}: ${graph.nodes.length} nodes`);
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
