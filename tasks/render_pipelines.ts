/**
 * Writes the pipelines that the manifests imply, as files that are reviewed and set.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task render-pipelines` */
export const task = defineTask({
  name: "render-pipelines",
  summary: "Write each project's Concourse pipeline",
  description:
    "Everything is rendered before a byte is written; what no project implies any more is\n" +
    "removed. With --check nothing is written and the exit code is 3 when a file differs.",
  flags: z.strictObject({
    out: z.string().default("pipelines/rendered").describe("Where the files are"),
    only: z.array(z.string()).default([]).describe("Only this project's pipeline"),
    check: z.boolean().default(false).describe("Only compare with what is there"),
  }),
  examples: ["render-pipelines", "render-pipelines --check"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { count } = await import("lib/cli/table.ts");
    const { writeAtomically } = await import("lib/schema/atomic.ts");
    const { findProject, loadFleet } = await import("lib/pulumi/fleet.ts");
    const { projectFacts } = await import("lib/pulumi/facts.ts");
    const { organization } = await import("lib/organization.ts");
    const { loadImage } = await import("lib/images/catalog.ts");
    const { derivePipeline } = await import("lib/concourse/derive.ts");
    const { renderYaml } = await import("lib/concourse/render.ts");
    const { compareFiles } = await import("lib/schema/files.ts");

    const fleet = await loadFleet(ROOT);
    const projects = flags.only.length > 0
      ? flags.only.map((word) => findProject(fleet, word))
      : fleet.projects;
    const rendered = new Map<string, string>();
    for (const found of projects) {
      const known = await projectFacts(fleet, found);
      const images = await Promise.all(known.images.map((name) => loadImage(ROOT, name)));
      const facts = { ...known, images, bucket: organization.artifactBucket };
      rendered.set(`${facts.name}.yaml`, renderYaml(derivePipeline(facts)));
    }
    const folder = flags.out.startsWith("/") ? flags.out : `${ROOT}/${flags.out}`;
    const changes = await compareFiles(folder, rendered, { complete: flags.only.length === 0 });

    if (!flags.check) {
      for (const { name, change } of changes) {
        if (change === "remove") await Deno.remove(`${folder}/${name}`);
        else await writeAtomically(`${folder}/${name}`, rendered.get(name)!);
      }
    }
    const summary = `${count(rendered.size, "pipeline")}, ${changes.length} ${
      flags.check ? "out of date" : "written"
    }`;
    if (flags.json) io.out(JSON.stringify({ pipelines: [...rendered.keys()], changes }));
    else {
      for (const { name, change } of changes) io.out(`${change} ${flags.out}/${name}`);
      io.out(summary);
    }
    return flags.check && changes.length > 0 ? Exit.Pending : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
