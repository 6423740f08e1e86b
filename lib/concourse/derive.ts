import type { Job, Pipeline, Resource } from "lib/concourse/model/mod.ts";
import {
  type BuiltImage,
  containerJob,
  deployChain,
  machineImageJob,
  type Stage,
} from "lib/concourse/jobs.ts";
import { CODE } from "lib/concourse/tasks/mod.ts";
import { gitRepo, registryImage } from "lib/concourse/resources/mod.ts";

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
  /** Machine images under `images/`. */
  readonly images: readonly string[];
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

/** The pipeline of a project: its images, then its stages in the order of promotion. */
export function derivePipeline(facts: ProjectFacts): Pipeline {
  const { containers, images } = facts;
  const resources: Resource[] = [
    gitRepo(CODE, { ...facts.repository, paths: facts.watch }),
    ...containers.flatMap(({ name, source, branch, image }) => [
      gitRepo(`${name}-source`, { uri: source, branch }),
      registryImage(`${name}-image`, { repository: image }),
    ]),
  ];
  const builds: Job[] = [
    ...containers.map(({ name }) => containerJob(name, `${name}-source`, `${name}-image`)),
    ...images.map((name) => machineImageJob(name)),
  ];
  const built = containers.map(({ name, image, configKey }): BuiltImage => ({
    get: {
      get: `${name}-image`,
      passed: [`build-${name}`],
      trigger: true,
      params: { skip_download: true },
    },
    repository: image,
    configKey,
  }));
  const deploys = deployChain(facts.name, facts.stages, built);
  // The first deployment takes the commit whose machine images are built.
  const [first, ...rest] = deploys;
  const passed = images.map((name) => `build-${name}-image`);
  const chained = first && passed.length > 0
    ? [{
      ...first,
      plan: first.plan.map((step) =>
        "get" in step && step.get === CODE ? { ...step, passed } : step
      ),
    }, ...rest]
    : deploys;
  return { resources, jobs: [...builds, ...chained] };
}
