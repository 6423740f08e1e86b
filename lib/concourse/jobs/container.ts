import type { Env, GetStep, Job } from "lib/concourse/model/mod.ts";
import type { PipelineFragment } from "lib/concourse/fragment.ts";
import { gitRepo, registryImage } from "lib/concourse/resources/mod.ts";
import { containerBuildTask } from "lib/concourse/tasks/mod.ts";

/** A container image that is built from a repository of its own. */
export interface ContainerOptions {
  /** The job is `build-NAME`, the resources are `NAME-source` and `NAME-image`. */
  readonly name: string;
  /** The repository's URI. */
  readonly source: string;
  /** What is built. */
  readonly branch: string;
  /** Where it is pushed: `mitodl/xqueue-watcher`. */
  readonly image: string;
  /** More of the builder's settings: `DOCKERFILE`, `TARGET`, … */
  readonly params?: Env;
}

/** Builds a container image at every commit and pushes it. */
export function containerJobs(options: ContainerOptions): PipelineFragment {
  const { name, source, branch, image, params } = options;
  const [from, to] = [`${name}-source`, `${name}-image`];
  const job: Job = {
    name: `build-${name}`,
    plan: [
      { get: from, trigger: true },
      containerBuildTask(from, { params }),
      { put: to, inputs: ["image"], params: { image: "image/image.tar" } },
    ],
  };
  return {
    resources: [
      gitRepo(from, { uri: source, branch }),
      registryImage(to, { repository: image }),
    ],
    jobs: [job],
  };
}

/** A container image that was built before, and how a deployment is told of it. */
export interface BuiltImage {
  /** The image, as every deployment takes it. */
  readonly get: GetStep;
  /** `mitodl/xqueue-watcher`. */
  readonly repository: string;
  /** The configuration key that takes `{ repository, digest }`. */
  readonly configKey: string;
}

/**
 * The image that {@linkcode containerJobs} builds, for the deployments that follow: its digest only, not
 * its layers.
 */
export function builtImage(options: ContainerOptions, configKey: string): BuiltImage {
  return {
    get: {
      get: `${options.name}-image`,
      passed: [`build-${options.name}`],
      trigger: true,
      params: { skip_download: true },
    },
    repository: options.image,
    configKey,
  };
}

/** A shell variable for an image's digest. */
const variable = ({ get }: BuiltImage) => get.get.replace(/[^A-Za-z0-9]/g, "_");

/** Shell that reads the digest that the resource wrote; it fails where there is none. */
export function readDigest(image: BuiltImage): string {
  return `${variable(image)}=$(cat ../${image.get.get}/digest)`;
}

/** The flag that deploys exactly the image whose digest {@linkcode readDigest} read. */
export function setDigest(image: BuiltImage): string {
  const { repository, configKey } = image;
  return ` --set "${configKey}={\\"repository\\":\\"${repository}\\",\\"digest\\":\\"$${
    variable(image)
  }\\"}"`;
}
