import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { organization } from "lib/organization.ts";
import type { GetStep, Job } from "lib/concourse/model/mod.ts";
import type { PipelineFragment } from "lib/concourse/fragment.ts";
import { s3Object } from "lib/concourse/resources/mod.ts";
import { CODE, onWorkersOf, repositoryTask } from "lib/concourse/tasks/mod.ts";

/** A machine image of this repository, for one environment. */
export interface MachineImageOptions {
  /** A folder under `images/`. */
  readonly image: string;
  /** The roles that it is built for, such as `web` and `worker`. */
  readonly nodeTypes: readonly string[];
  /** Whose configuration it gets. */
  readonly environment: EnvironmentSuffix;
  /** The bucket that keeps the records of releases. */
  readonly bucket: string;
  /** The repository as the job takes it; default any commit, at once. */
  readonly code?: GetStep;
}

/** One image, role and environment: `vault-server-qa`. */
const releaseOf = (image: string, nodeType: string, environment: EnvironmentSuffix) =>
  `${image}-${nodeType}-${environment}`;

/** The name of the job that builds an image for an environment. */
export const machineImageJobName = (image: string, environment: EnvironmentSuffix): string =>
  `build-${image}-image-${environment}`;

/**
 * Builds an image's AMIs for an environment, and keeps their records: which AMI, of which commit, with
 * what in it. A deployment takes the record, so that it rolls out this AMI and no newer one.
 */
export function machineImageJobs(options: MachineImageOptions): PipelineFragment {
  const { image, nodeTypes, environment, bucket } = options;
  const job: Job = {
    name: machineImageJobName(image, environment),
    max_in_flight: 1,
    plan: [
      options.code ?? { get: CODE, trigger: true },
      ...nodeTypes.flatMap((nodeType) => {
        const release = releaseOf(image, nodeType, environment);
        const record = `images/${image}/releases/${nodeType}.${environment}.json`;
        return [
          onWorkersOf(
            environment,
            repositoryTask(
              `build-${nodeType}`,
              `build-image ${image} --target ami --node-type ${nodeType} --env ${environment}`,
              {
                engines: ["packer", "packer-plugin-amazon"],
                outputs: [`record-${release}`],
                params: { AWS_REGION: organization.region },
                after: [
                  `cp ${record} "../record-${release}/${release}-$(date -u +%Y%m%d%H%M%S).json"`,
                ],
              },
            ),
          ),
          {
            put: release,
            no_get: true,
            inputs: [`record-${release}`],
            params: { file: `record-${release}/${release}-*.json` },
          },
        ];
      }),
    ],
  };
  return {
    resources: nodeTypes.map((nodeType) => {
      const release = releaseOf(image, nodeType, environment);
      return s3Object(release, {
        bucket,
        regexp: `releases/${release}-(.*).json`,
        icon: "server",
      });
    }),
    jobs: [job],
  };
}

/** What a deployment takes of images that were built for its environment. */
export interface MachineImageRelease {
  /** The records. */
  readonly gets: readonly GetStep[];
  /** Shell that puts the records where programs read them. */
  readonly place: readonly string[];
}

/** The records that {@linkcode machineImageJobs} keeps, for the deployment that follows. */
export function machineImageRelease(
  { image, nodeTypes, environment }: Omit<MachineImageOptions, "bucket" | "code">,
): MachineImageRelease {
  const folder = `images/${image}/releases`;
  return {
    gets: nodeTypes.map((nodeType) => ({
      get: releaseOf(image, nodeType, environment),
      passed: [machineImageJobName(image, environment)],
    })),
    place: [
      `mkdir -p ${folder}`,
      ...nodeTypes.map((nodeType) => {
        const release = releaseOf(image, nodeType, environment);
        return `cp ../${release}/${release}-*.json ${folder}/${nodeType}.${environment}.json`;
      }),
    ],
  };
}
