import { combineFragments, type PipelineFragment, toPipeline } from "lib/concourse/fragment.ts";
import { builtImage, containerJobs } from "lib/concourse/jobs/container.ts";
import { machineImageJobs, machineImageRelease } from "lib/concourse/jobs/machine_image.ts";
import { deployJobName, pulumiJobsChain } from "lib/concourse/jobs/pulumi_chain.ts";
import type { ChainStage, Stage } from "lib/concourse/jobs/stage.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { gitRepo } from "lib/concourse/resources/mod.ts";
import { CODE } from "lib/concourse/tasks/mod.ts";

/** What a pipeline is derived from: a manifest's facts as plain data. */
export interface ProjectFacts {
  /** The short name: `xqwatcher`. */
  readonly name: string;
  /** Where this repository is fetched from. */
  readonly repository: { readonly uri: string; readonly branch: string };
  /** What a commit has to touch to trigger. */
  readonly watch: readonly string[];
  /** In the order of promotion. */
  readonly stages: readonly Stage[];
  /** Where plans and the records of machine images are kept. */
  readonly bucket: string;
  /** Contexts under `secrets/` that are read. */
  readonly secrets: readonly string[];
  /** Machine images under `images/`, with the roles that each is built for. */
  readonly images: readonly { readonly name: string; readonly nodeTypes: readonly string[] }[];
  /** Containers that are built from repositories of their own. */
  readonly containers: readonly {
    readonly name: string;
    readonly source: string;
    readonly branch: string;
    readonly image: string;
    /** The configuration key that takes `{ repository, digest }`. */
    readonly configKey: string;
  }[];
}

/**
 * The pipeline of a project: its containers; then, for each stage in the order of promotion, its machine
 * images and its deployment. The first stage is deployed by itself, unless it is production; the others
 * are previewed, and a person lets that plan be carried out.
 */
export function derivePipeline(facts: ProjectFacts): Pipeline {
  const { name, containers, stages, bucket } = facts;
  return toPipeline([
    { resources: [gitRepo(CODE, { ...facts.repository, paths: facts.watch })] },
    ...containers.map(containerJobs),
    machineImages(facts),
    pulumiJobsChain({
      project: name,
      topology: "preview-gated",
      bucket,
      // Files may be encrypted to keys that only SOPS itself can ask.
      engines: facts.secrets.length > 0 ? ["sops"] : [],
      stages: stages.map((stage): ChainStage => ({
        ...stage,
        releases: facts.images.map(({ name: image, nodeTypes }) =>
          machineImageRelease({ image, nodeTypes, environment: stage.environment })
        ),
      })),
      images: containers.map((container) => builtImage(container, container.configKey)),
    }),
  ]);
}

/** Each image for each environment, once; from the commit that the stages before have deployed. */
function machineImages({ name, stages, images, bucket }: ProjectFacts): PipelineFragment {
  const environments = [...new Set(stages.map(({ environment }) => environment))];
  return combineFragments(...environments.flatMap((environment) => {
    const first = stages.findIndex((stage) => stage.environment === environment);
    const passed = first === 0 ? {} : { passed: [deployJobName(name, stages[first - 1].stack)] };
    return images.map(({ name: image, nodeTypes }) =>
      machineImageJobs({
        image,
        nodeTypes,
        environment,
        bucket,
        code: { get: CODE, trigger: true, ...passed },
      })
    );
  }));
}
