/**
 * The cold command that the measurement of rendering runs: generates pipelines, validates each as
 * Concourse's server does, and writes them as JSON or YAML.
 *
 * `deno run -A tests/bench/render_generate.ts COUNT FOLDER json|yaml deploy-chained|preview-gated`
 *
 * @module
 */
import { gitRepo, packerJobs, pulumiJobsChain, toPipeline } from "lib/concourse/mod.ts";
import { renderPipelines } from "lib/concourse/render_all.ts";
import type { PipelineFormat } from "lib/concourse/render.ts";

const [count, folder, format, topology] = Deno.args;

/** Builds an image with Packer, then deploys three stages, behind gates where that is the topology. */
function generate(index: number) {
  const name = `app${index}`;
  const code = gitRepo(`${name}-image-code`, {
    uri: "https://github.com/mitodl/ol-infrastructure",
    paths: ["src/bilder/components", `src/bilder/images/${name}`, "src/bridge/lib"],
  });
  return toPipeline([
    {
      resources: [
        code,
        gitRepo("infrastructure", {
          uri: "https://github.com/mitodl/ol-infrastructure",
          paths: ["src/bridge/lib", `src/ol_infrastructure/applications/${name}`],
        }),
      ],
    },
    packerJobs({
      code,
      template: `src/bilder/images/${name}/.`,
      nodeTypes: ["web", "worker"],
      vars: { app_name: name, business_unit: "operations" },
      env_vars_from_files: { VERSION: `${name}-image-code/version` },
    }),
    pulumiJobsChain({
      project: name,
      stages: [
        { stack: "CI", environment: "ci" },
        { stack: "QA", environment: "qa" },
        { stack: "Production", environment: "production" },
      ],
      ...(topology === "preview-gated"
        ? {
          topology,
          bucket: "plans",
          gate: { repository: "mitodl/ol-infrastructure", labels: ["promotion"] },
        }
        : { topology: "deploy-chained" }),
    }),
  ]);
}

const pipelines = new Map(
  Array.from({ length: Number(count) }, (_, index) => [`app${index}`, generate(index)] as const),
);
const { files } = renderPipelines(pipelines, format as PipelineFormat);
for (const [name, content] of files) Deno.writeTextFileSync(`${folder}/${name}`, content);
