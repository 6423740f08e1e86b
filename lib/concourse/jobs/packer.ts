import { CREDENTIALS } from "lib/concourse/credentials.ts";
import { organization } from "lib/organization.ts";
import type { Config, GetStep, Job, PutStep, Resource } from "lib/concourse/model/mod.ts";
import type { PipelineFragment } from "lib/concourse/fragment.ts";
import { packerBuilder, packerValidator } from "lib/concourse/resources/mod.ts";
import { afterJobs, inParallel } from "lib/concourse/steps.ts";

/** A Packer template of any repository. */
export interface PackerOptions {
  /** The repository that holds it. */
  readonly code: Pick<Resource, "name">;
  /** The template's path in that repository. */
  readonly template: string;
  /** Gets before it, such as releases that go into the image. */
  readonly dependencies?: readonly GetStep[];
  /** The roles that it is built for, as the variable `node_type`; default `server` only. */
  readonly nodeTypes?: readonly string[];
  /** More of the template's variables. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Environment variables of the build. */
  readonly env_vars?: Readonly<Record<string, string>>;
  /** Environment variable → the file of an artifact that holds its value. */
  readonly env_vars_from_files?: Readonly<Record<string, string>>;
  /** More of the resource's parameters: `only`, `excepts`, … */
  readonly params?: Config;
  /** Tells the jobs from those of other templates: `build-packer-template-SUFFIX`. */
  readonly suffix?: string;
}

/**
 * Validates a Packer template and, when that has passed, builds from the very same versions.
 *
 * Images of this repository are built by {@linkcode machineImageJobs}.
 */
export function packerJobs(options: PackerOptions): PipelineFragment {
  const { code, dependencies = [], nodeTypes = ["server"], env_vars_from_files } = options;
  const suffix = options.suffix === undefined ? "" : `-${options.suffix}`;
  const [validator, builder] = [packerValidator(), packerBuilder()];
  const params = (objective: "validate" | "build", node_type: string) => ({
    template: `${code.name}/${options.template}`,
    objective,
    vars: { ...options.vars, node_type },
    ...options.params,
  });
  const validate: Job = {
    name: `validate-packer-template${suffix}`,
    plan: [
      ...dependencies,
      { get: code.name, trigger: true },
      inParallel(...nodeTypes.map((nodeType): PutStep => ({
        put: validator.name,
        no_get: true,
        params: params("validate", nodeType),
      }))),
    ],
  };
  const build: Job = {
    name: `build-packer-template${suffix}`,
    plan: [
      ...dependencies.flatMap((step) => afterJobs([step], [validate.name], step.trigger ?? false)),
      ...afterJobs([{ get: code.name }], [validate.name], true),
      inParallel(...nodeTypes.map((nodeType): PutStep => ({
        put: builder.name,
        attempts: 3,
        no_get: true,
        params: {
          ...params("build", nodeType),
          env_vars: {
            AWS_REGION: organization.region,
            PACKER_GITHUB_API_TOKEN: CREDENTIALS.githubPublic,
            ...options.env_vars,
          },
          ...(env_vars_from_files ? { env_vars_from_files } : {}),
        },
      }))),
    ],
  };
  return { resources: [validator, builder], jobs: [validate, build] };
}
