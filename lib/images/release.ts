import { ROOT } from "lib/cli/root.ts";
import { imageNames } from "lib/images/catalog.ts";
import { isCommitted } from "lib/images/commit.ts";
import {
  type Manifest,
  readJson,
  releasePath,
  ReleaseRecord,
  toRelease,
  writeJson,
} from "lib/images/manifest.ts";
import type { Environment } from "lib/schema/environment.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { Problem } from "lib/schema/problem.ts";

/** Whose release: an image as one kind of machine in one environment. */
export interface ReleaseKey {
  /** A folder under `images/`. */
  readonly image: string;
  /** One of the image's node types. */
  readonly nodeType: string;
  readonly environment: Environment;
}

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
 * @param root The repository; default this one
 * @throws {Problem} when there is none (it says how one is made), its file is malformed, what it
 * holds is another image's, node type's or environment's, or Production's is of no commit
 */
export async function readRelease(key: ReleaseKey, root: string = ROOT): Promise<ReleaseRecord> {
  const path = releasePath(root, key.image, key.nodeType, key.environment);
  const file = path.slice(root.length + 1);
  if (!await exists(path)) throw new Problem(await describeMissing(key, file, root));
  const record = await readJson(ReleaseRecord, path);
  for (const part of ["image", "nodeType", "environment"] as const) {
    if (record[part] !== key[part]) {
      throw new Problem(
        `${file}: ${part} is "${record[part]}" and must be "${key[part]}": ` +
          `a record belongs to the image, node type and environment that its path names`,
      );
    }
  }
  if (key.environment === "Production" && !isCommitted(record.commit)) {
    throw new Problem(
      `${file}: ${record.build} is of commit "${record.commit}", which does not say what is in it: ` +
        `commit, and ${buildCommand(key)}`,
    );
  }
  return record;
}

const buildCommand = ({ image, nodeType, environment }: ReleaseKey): string =>
  `deno task build-image ${image} --target ami --node-type ${nodeType} ` +
  `--env ${environment.toLowerCase()}`;

/**
 * The AMI that is released for an environment in a region: what a machine of a project starts from.
 *
 * @param root The repository; default this one
 * @throws {Problem} as {@linkcode readRelease}, or when the AMI was not copied to the region
 */
export async function releasedAmi(
  key: ReleaseKey & { readonly region: string },
  root: string = ROOT,
): Promise<string> {
  const record = await readRelease(key, root);
  const ami = record.ami[key.region];
  if (ami === undefined) {
    const file = releasePath(root, key.image, key.nodeType, key.environment);
    throw new Problem(
      `${file.slice(root.length + 1)}: has no AMI in ${key.region}, only in ` +
        `${Object.keys(record.ami).join(", ")}: build the image there, or copy ${record.build}`,
    );
  }
  return ami;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

async function describeMissing(key: ReleaseKey, file: string, root: string): Promise<string> {
  const { image, nodeType, environment } = key;
  const names = await imageNames(root);
  if (!names.includes(image)) {
    const hint = didYouMean(image, names) || `: known are ${names.join(", ")}`;
    return `There is no image "${image}"${hint}`;
  }
  const folder = `${root}/images/${image}/releases`;
  const released: string[] = [];
  for await (const entry of readDirectory(folder)) released.push(entry.name);
  const others = released.length === 0 ? "" : ` (there are ${released.sort().join(", ")})`;
  return `${file} is missing${others}: no AMI of ${image} is released as ${nodeType} for ` +
    `${environment}: ${buildCommand(key)} builds one and writes it`;
}

async function* readDirectory(path: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
