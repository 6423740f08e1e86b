import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import type { GetStep, Identifier, Job } from "lib/concourse/model/mod.ts";
import { CODE, containerBuildTask, repositoryTask } from "lib/concourse/tasks/mod.ts";

/** One stage of a promotion. */
export interface Stage {
  /** The stack: `CI`, `mitx.QA`. */
  readonly stack: string;
  readonly environment: EnvironmentSuffix;
}

/** A container image that was built before, and how a deployment is told of it. */
export interface BuiltImage {
  readonly get: GetStep;
  /** `mitodl/xqueue-watcher`. */
  readonly repository: string;
  /** The configuration key that takes `{ repository, digest }`. */
  readonly configKey: string;
}

/** The flag that deploys exactly the image whose digest the resource wrote. */
function setDigest({ get, repository, configKey }: BuiltImage): string {
  const digest = `$(cat ../${get.get}/digest)`;
  return ` --set "${configKey}={\\"repository\\":\\"${repository}\\",\\"digest\\":\\"${digest}\\"}"`;
}

/**
 * The chain of a project's deployments: each stage takes only what passed the one before.
 *
 * A change triggers the first stage by itself unless that is production; later ones are started by a
 * person.
 *
 * @param project The project's short name: `xqwatcher`
 * @param images Images that were built before: each stage deploys the one that passed the stage before
 */
export function deployChain(
  project: string,
  stages: readonly Stage[],
  images: readonly BuiltImage[] = [],
): Job[] {
  const nameOf = (stage: Stage) =>
    `deploy-${project}-${stage.stack.toLowerCase().replaceAll(".", "-")}`;
  return stages.map((stage, index) => {
    const previous = index === 0 ? undefined : nameOf(stages[index - 1]);
    const trigger = index === 0 && stage.environment !== "production";
    const gets: GetStep[] = [{ get: CODE, trigger }, ...images.map(({ get }) => get)].map((
      step,
    ) => ({
      ...step,
      ...(previous ? { passed: [previous], trigger: false } : { trigger: step.trigger ?? trigger }),
    }));
    return {
      name: nameOf(stage),
      max_in_flight: 1,
      plan: [
        ...gets,
        repositoryTask(
          "deploy",
          `deploy ${project} --env ${stage.environment} --stack ${stage.stack} --yes${
            images.map(setDigest).join("")
          }`,
          {
            engines: ["pulumi"],
            inputs: images.map(({ get }) => get.get),
            params: {
              PULUMI_CONFIG_PASSPHRASE: "((pulumi.passphrase))",
              AWS_REGION: "((aws.region))",
            },
          },
        ),
      ],
    };
  });
}

/** Builds a container image from its own repository and pushes it. */
export function containerJob(name: string, source: Identifier, image: Identifier): Job {
  return {
    name: `build-${name}`,
    plan: [
      { get: source, trigger: true },
      containerBuildTask(source),
      { put: image, inputs: ["image"], params: { image: "image/image.tar" } },
    ],
  };
}

/** Builds a machine image with Packer, after its template was validated by a plan. */
export function machineImageJob(name: string, passed: readonly Identifier[] = []): Job {
  return {
    name: `build-${name}-image`,
    max_in_flight: 1,
    plan: [
      { get: CODE, trigger: true, ...(passed.length > 0 ? { passed } : {}) },
      repositoryTask("build", `build-image ${name} --target ami`, {
        engines: ["packer", "packer-plugin-amazon"],
        params: { AWS_REGION: "((aws.region))" },
      }),
    ],
  };
}
