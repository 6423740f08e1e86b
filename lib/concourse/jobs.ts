import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { CONTAINERS, DENO } from "lib/versions.ts";
import type { GetStep, Identifier, Job, TaskConfig, TaskStep } from "lib/concourse/model/mod.ts";

const imageOf = ({ repository, tag }: { repository: string; tag: string }) => ({
  type: "registry-image" as const,
  source: { repository, tag },
});

/** The repository as pipelines get it. */
export const CODE = "infrastructure";

/**
 * A task that runs one of this repository's tasks, with the engines it needs.
 *
 * @param engines Engines to set up first; their cache lasts as long as the worker's
 */
export function repositoryTask(
  name: Identifier,
  command: string,
  options: {
    readonly engines: readonly string[];
    readonly inputs?: readonly Identifier[];
    readonly params?: Readonly<Record<string, string>>;
  },
): TaskStep {
  const deno = `npx -y deno@${DENO}`;
  const lines = [
    "set -eu",
    'export XDG_CACHE_HOME="$PWD/../cache" DENO_DIR="$PWD/../cache/deno"',
    `${deno} task setup ${options.engines.join(" ")}`,
    `${deno} task ${command}`,
  ];
  const config: TaskConfig = {
    platform: "linux",
    image_resource: imageOf(CONTAINERS.node),
    inputs: [CODE, ...options.inputs ?? []].map((name) => ({ name })),
    caches: [{ path: "cache" }],
    ...(options.params ? { params: options.params } : {}),
    run: { path: "sh", args: ["-c", `${lines.join("\n")}\n`], dir: CODE },
  };
  return { task: name, timeout: "2h", config };
}

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
      {
        task: "build",
        privileged: true,
        timeout: "1h",
        config: {
          platform: "linux",
          image_resource: imageOf(CONTAINERS.ociBuildTask),
          inputs: [{ name: source }],
          outputs: [{ name: "image" }],
          caches: [{ path: "cache" }],
          params: { CONTEXT: source, UNPACK_ROOTFS: "false" },
          run: { path: "build" },
        },
      },
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
