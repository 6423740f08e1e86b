import { organization } from "lib/organization.ts";
import { environmentNamed, type EnvironmentSuffix } from "lib/schema/environment.ts";
import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { InlineTaskStep } from "lib/concourse/model/mod.ts";
import { repositoryTask, type RepositoryTaskOptions } from "./repository.ts";

const settingsOf = (environment: EnvironmentSuffix) =>
  organization.environments[environmentNamed(environment)!];

/**
 * A step where an environment's networks are reached: by workers that have its tag, if it has one.
 *
 * @see https://concourse-ci.org/docs/steps/modifier-and-hooks/tags/
 */
export function onWorkersOf(environment: EnvironmentSuffix, step: InlineTaskStep): InlineTaskStep {
  const { workerTag } = settingsOf(environment);
  return workerTag === undefined ? step : { ...step, tags: [workerTag] };
}

/**
 * A task that works on an environment's stacks: with Pulumi, the state's passphrase, and a login to the
 * environment's Vault for whatever program or secrets' file asks for it.
 */
export function stackTask(
  name: string,
  environment: EnvironmentSuffix,
  commands: string | readonly string[],
  { engines = [], params, ...options }: RepositoryTaskOptions = {},
): InlineTaskStep {
  const task = repositoryTask(name, commands, {
    ...options,
    engines: ["pulumi", ...engines],
    params: {
      PULUMI_CONFIG_PASSPHRASE: CREDENTIALS.pulumiPassphrase,
      VAULT_AUTH_METHOD: "aws",
      VAULT_AUTH_ROLE: organization.deployerRole,
      VAULT_AWS_SERVER_ID: new URL(settingsOf(environment).vaultAddress).hostname,
      ...params,
    },
  });
  return onWorkersOf(environment, task);
}
