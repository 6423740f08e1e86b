/** From the command line to an image with its components configured. @module */
import { fileURLToPath } from "node:url";
import { loadImage } from "lib/images/catalog.ts";
import { compose, type Configured } from "lib/images/compose.ts";
import type { BuildContext, Image } from "lib/images/image.ts";
import { quote } from "lib/images/shell.ts";
import type { SshAddress } from "lib/images/ssh.ts";
import type { Env } from "lib/schema/env.ts";
import { environmentNamed } from "lib/schema/environment.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { Problem, UsageProblem } from "lib/schema/problem.ts";

/** This repository's root. */
export const REPOSITORY: string = fileURLToPath(new URL("../../", import.meta.url)).replace(
  /\/$/,
  "",
);

/** The flags that say which variant of an image is meant. */
export interface ImageFlags {
  readonly nodeType?: string;
  /** `ci`, `qa` or `production`. */
  readonly env: string;
  readonly set: readonly string[];
}

/** An image, what it is built for, and its components. */
export interface PreparedImage {
  readonly image: Image;
  readonly context: BuildContext;
  readonly components: readonly Configured[];
}

/**
 * Loads an image and configures its components from `--set` and the environment.
 *
 * @throws {UsageProblem} for an unknown image or node type
 * @throws {Problems} for settings and composition faults, all at once
 */
export async function prepareImage(
  root: string,
  name: string,
  flags: ImageFlags,
  env: Env,
): Promise<PreparedImage> {
  const image = await loadImage(root, name);
  const nodeType = flags.nodeType ?? image.nodeTypes[0];
  if (!image.nodeTypes.includes(nodeType)) {
    const known = image.nodeTypes.join(", ");
    const hint = didYouMean(nodeType, image.nodeTypes) || `: it has ${known}`;
    throw new UsageProblem(`Image ${name} has no node type "${nodeType}"${hint}`);
  }
  const context = { nodeType, environment: environmentNamed(flags.env)! };
  const components = compose(image.components(context), { sets: flags.set, env });
  return { image, context, components };
}

/** The command line of the provisioner for Packer's shell; secrets reach it by environment only. */
export function provisionCommand(image: string, flags: ImageFlags, folder: string): string {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    `--config=${REPOSITORY}/deno.json`,
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-run=ssh",
    `${REPOSITORY}/tasks/provision_image.ts`,
    image,
    ...(flags.nodeType === undefined ? [] : ["--node-type", flags.nodeType]),
    "--env",
    flags.env,
    ...flags.set.flatMap((word) => ["--set", word]),
    "--folder",
    folder,
  ].map(quote).join(" ");
}

/**
 * Where Packer's machine is, as the template tells its provisioner.
 *
 * @throws {Problem} when a variable is missing: the task was not started by Packer
 */
export function readAddress(
  env: Env,
  key: string,
): SshAddress {
  const read = (name: string) => {
    const value = env(name);
    if (value === undefined) throw new Problem(`${name} is not set: Packer's template sets it`);
    return value;
  };
  return {
    host: read("IMAGE_HOST"),
    port: Number(read("IMAGE_PORT")),
    user: read("IMAGE_USER"),
    key,
  };
}
