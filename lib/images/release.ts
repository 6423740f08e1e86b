import {
  type Manifest,
  readJson,
  releasePath,
  ReleaseRecord,
  toRelease,
  writeJson,
} from "lib/images/manifest.ts";
import type { Environment } from "lib/schema/environment.ts";

/**
 * Records a built AMI as its environment's release, in place of the one before.
 *
 * @returns The file's path
 */
export async function recordRelease(root: string, manifest: Manifest): Promise<string> {
  const path = releasePath(root, manifest.image, manifest.nodeType, manifest.environment);
  await writeJson(path, toRelease(manifest));
  return path;
}

/**
 * Reads the release of an image for an environment.
 *
 * @throws {Problem} when there is none, or its file is malformed
 */
export async function readRelease(
  root: string,
  image: string,
  nodeType: string,
  environment: Environment,
): Promise<ReleaseRecord> {
  return await readJson(ReleaseRecord, releasePath(root, image, nodeType, environment));
}
