import { organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import type { Environment } from "lib/schema/environment.ts";
import { readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";

/** With one of these AWS's tools know who calls, and the environment's profile is left alone. */
const CHOSEN = [
  "AWS_PROFILE",
  "AWS_ACCESS_KEY_ID",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/**
 * As whom and where AWS is spoken to for a stack: in its region and, where the caller's AWS configuration
 * has it and nothing else was chosen, by the profile of the stack's environment. A machine without that
 * profile, such as a pipeline's worker, speaks as itself.
 *
 * @param region The stack's own, if it has one; default the organization's
 * @param env Reads an environment variable
 * @returns `AWS_REGION` and perhaps `AWS_PROFILE`
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function awsEnvironment(
  environment: Environment,
  region: string | undefined,
  env: Env,
): Promise<Record<string, string>> {
  const { awsProfile } = organization.environments[environment];
  const isChosen = CHOSEN.some((name) => env(name));
  return {
    AWS_REGION: region ?? organization.region,
    ...(!isChosen && await hasProfile(awsProfile, env) ? { AWS_PROFILE: awsProfile } : {}),
  };
}

async function hasProfile(profile: string, env: Env): Promise<boolean> {
  const home = `${env("HOME") ?? ""}/.aws`;
  const texts = await Promise.all([
    readIfThere(env("AWS_CONFIG_FILE") ?? `${home}/config`),
    readIfThere(env("AWS_SHARED_CREDENTIALS_FILE") ?? `${home}/credentials`),
  ]);
  return texts.join("\n").split("\n").some((line) =>
    /^\s*\[\s*(?:profile\s+)?(.+?)\s*\]/.exec(line)?.[1] === profile
  );
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Problem && error.cause instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
