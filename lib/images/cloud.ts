/** The cloud in which an environment's AMIs are built. @module */
import { awsEnvironment } from "lib/aws/environment.ts";
import { callerAccount } from "lib/aws/identity.ts";
import type { Variables } from "lib/images/packer.ts";
import { type EnvironmentSettings, organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import type { Environment } from "lib/schema/environment.ts";
import { Problem } from "lib/schema/problem.ts";

/** The organization's environments. */
export type Environments = Readonly<Record<Environment, EnvironmentSettings>>;

/**
 * What an AMI's build has to know of its environment's cloud, as the template's variables.
 *
 * @param at When the build starts
 * @param environments Default the organization's
 */
export function cloudVariables(
  environment: Environment,
  at: Date,
  environments: Environments = organization.environments,
): Variables {
  const { awsAccount, imageBuild } = environments[environment];
  const { subnetFilter, sshInterface, sshCidrs, kmsKeyId } = imageBuild;
  const deprecateAt = new Date(at);
  deprecateAt.setUTCDate(at.getUTCDate() + organization.imageLifetimeDays);
  const others = Object.values(environments).flatMap((one) => one.awsAccount ?? []);
  return {
    region: organization.region,
    subnet_filter: subnetFilter,
    ssh_interface: sshInterface,
    ssh_cidrs: sshCidrs,
    deprecate_at: `${deprecateAt.toISOString().slice(0, 19)}Z`,
    // EC2 shares nothing that is encrypted by an account's own key.
    ...(kmsKeyId === undefined ? {} : {
      kms_key_id: kmsKeyId,
      ami_users: [...new Set(others)].filter((account) => account !== awsAccount),
    }),
  };
}

/**
 * Chooses the credentials by which an environment's AMIs are built: its profile, unless the caller has chosen
 * others or has no such profile.
 *
 * @param env Reads an environment variable; `AWS_ENDPOINT_URL_STS` is another STS than Amazon's
 * @param environments Default the organization's
 * @returns `profile` for the template, or nothing
 * @throws {Problem} when they are another account's, or cannot be used
 */
export async function chooseAccount(
  environment: Environment,
  env: Env,
  environments: Environments = organization.environments,
): Promise<Variables> {
  const { awsAccount, awsProfile } = environments[environment];
  const { AWS_PROFILE: profile } = await awsEnvironment(environment, undefined, env);
  if (awsAccount !== undefined) {
    const endpoint = env("AWS_ENDPOINT_URL_STS");
    const { region } = organization;
    const actual = await callerAccount({
      region,
      endpoint,
      profile: profile ?? env("AWS_PROFILE"),
    });
    if (actual !== awsAccount) {
      throw new Problem(
        `The AWS credentials are of account ${actual}, and ${environment}'s is ${awsAccount}: ` +
          `take those of the profile ${awsProfile}, or build for another environment with --env`,
      );
    }
  }
  return profile === undefined ? {} : { profile };
}
