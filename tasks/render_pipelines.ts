/**
 * Writes the pipelines that are written by hand or implied by a manifest, as files that are reviewed
 * and set.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** Where the files are, but for those that someone wants elsewhere. */
const OUT = "pipelines/rendered";

/** `deno task render-pipelines` */
export const task = defineTask({
  name: "render-pipelines",
  summary: "Write every Concourse pipeline: those in pipelines/ and one a project",
  description: [
    "Everything is rendered and validated before a byte is written; a file of no pipeline is removed from",
    `${OUT}, and from no other folder.`,
    "With --check or --diff nothing is written, and the exit code is 3 when a file differs.",
  ].join("\n"),
  flags: z.strictObject({
    out: z.string().default(OUT).describe("Where the files are"),
    only: z.array(z.string()).default([]).describe("Only the pipeline of this name"),
    check: z.boolean().default(false).describe("Only compare with what is there"),
    diff: z.boolean().default(false).describe("Only show how what is there would change, by item"),
    format: z.enum(["yaml", "json"]).default("yaml").describe("What the files hold"),
  }),
  examples: ["render-pipelines", "render-pipelines --check", "render-pipelines --only meta --diff"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { count } = await import("lib/cli/table.ts");
    const { applyChanges, compareFiles } = await import("lib/schema/files.ts");
    const { renderPipelines, selectPipelines } = await import("lib/concourse/render_all.ts");
    const { describeChanges } = await import("lib/concourse/report.ts");

    const pipelines = selectPipelines(await allPipelines(ROOT), flags.only);
    const { files: rendered, warnings } = renderPipelines(pipelines, flags.format);
    for (const warning of warnings) io.err(`warning: ${warning}`);
    const folder = flags.out.startsWith("/") ? flags.out : `${ROOT}/${flags.out}`;
    const changes = await compareFiles(folder, rendered, {
      // Of a folder that someone else chose nothing is ours to remove.
      surplus: (name) =>
        flags.only.length === 0 && folder === `${ROOT}/${OUT}` && /\.(ya?ml|json)$/.test(name),
    });

    const dry = flags.check || flags.diff;
    if (!dry) await applyChanges(folder, rendered, changes);
    if (flags.json) io.out(JSON.stringify({ pipelines: [...pipelines.keys()], changes }));
    else {
      const lines = flags.diff
        ? await describeChanges(folder, changes, pipelines)
        : changes.map(({ name, change }) => `${change} ${flags.out}/${name}`);
      for (const line of lines) io.out(line);
      io.out(
        `${count(rendered.size, "pipeline")}, ${changes.length} ${dry ? "out of date" : "written"}`,
      );
    }
    return dry && changes.length > 0 ? Exit.Pending : Exit.Ok;
  },
});

/** Every pipeline by name: those written by hand, then each project's. */
async function allPipelines(root: string) {
  const { organization } = await import("lib/organization.ts");
  const { Problem } = await import("lib/schema/problem.ts");
  const { loadImage } = await import("lib/images/catalog.ts");
  const { loadFleet } = await import("lib/pulumi/fleet.ts");
  const { projectFacts } = await import("lib/pulumi/facts.ts");
  const { loadDefinitions } = await import("lib/concourse/definitions.ts");
  const { derivePipeline } = await import("lib/concourse/derive.ts");

  const pipelines = await loadDefinitions(root);
  const fleet = await loadFleet(root);
  for (const found of fleet.projects) {
    const facts = await projectFacts(fleet, found);
    if (pipelines.has(facts.name)) {
      throw new Problem(
        `Pipeline "${facts.name}" is both pipelines/${facts.name}.ts and that of ${found.folder}: ` +
          "rename the file",
      );
    }
    const images = await Promise.all(facts.images.map((name) => loadImage(root, name)));
    const bucket = organization.artifactBucket;
    pipelines.set(facts.name, derivePipeline({ ...facts, images, bucket }));
  }
  return pipelines;
}

if (import.meta.main) await runTask(task);
