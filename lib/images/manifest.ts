/** What a build leaves behind for promotion and for whoever asks later. @module */
import { z } from "zod";
import { Environment } from "lib/schema/environment.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { Problem } from "lib/schema/problem.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256 in lower-case hex");

/** Where an image can go. */
export const ImageTarget = z.enum(["ami", "rootfs", "qcow2"]);
/** `ami`, `rootfs` or `qcow2`. */
export type ImageTarget = z.infer<typeof ImageTarget>;

/** One finished build. */
export const Manifest = z.strictObject({
  image: z.string(),
  /** `<image>-<node type>-<environment>-<YYYYMMDDhhmmss UTC>`. */
  build: z.string(),
  nodeType: z.string(),
  environment: Environment,
  target: ImageTarget,
  builtAt: z.iso.datetime(),
  /** Git commit; `-dirty` is added when the work tree differed from it. */
  commit: z.string(),
  /** AMI ids by region, for an AMI. */
  ami: z.record(z.string(), z.string().regex(/^ami-[0-9a-f]+$/, "is not an AMI id")).optional(),
  /** The AMI that an AMI was built from. */
  baseAmi: z.string().regex(/^ami-[0-9a-f]+$/, "is not an AMI id").optional(),
  /** The artifact's file or folder, beside the manifest; not for an AMI. */
  artifact: z.string().optional(),
  /** SHA-256 of the qcow2 file. */
  digest: Sha256.optional(),
  /** SHA-256 of the bill of materials. */
  sbomDigest: Sha256,
  /** Component → its settings, secret ones left out. */
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
  sizeMiB: z.int(),
  packages: z.int(),
  openPorts: z.array(z.int()),
  setuid: z.array(z.string()),
});
/** See the fields. */
export type Manifest = z.infer<typeof Manifest>;

/**
 * The AMIs of one image that are released: what a project that rolls the image out reads.
 * `images/<name>/releases/<node type>.<environment>.json`.
 */
export const ReleaseRecord = Manifest.pick({
  image: true,
  build: true,
  nodeType: true,
  environment: true,
  builtAt: true,
  commit: true,
  sbomDigest: true,
}).extend({
  ami: Manifest.shape.ami.unwrap(),
  /** Component → version, for those that have one. */
  versions: z.record(z.string(), z.string()),
});
/** See the fields. */
export type ReleaseRecord = z.infer<typeof ReleaseRecord>;

/** Where an image's release for an environment is recorded. */
export const releasePath = (
  root: string,
  image: string,
  nodeType: string,
  environment: Environment,
): string => `${root}/images/${image}/releases/${nodeType}.${environment.toLowerCase()}.json`;

/**
 * The record that a manifest of an AMI becomes.
 *
 * @throws {Problem} for a build that is no AMI
 */
export function toRelease(manifest: Manifest): ReleaseRecord {
  if (manifest.ami === undefined) throw new Problem(`${manifest.build} is no AMI`);
  const { image, build, nodeType, environment, builtAt, commit, sbomDigest, ami } = manifest;
  const versions = Object.fromEntries(
    Object.entries(manifest.components).flatMap(([name, settings]) =>
      typeof settings.version === "string" ? [[name, settings.version]] : []
    ),
  );
  return { image, build, nodeType, environment, builtAt, commit, sbomDigest, ami, versions };
}

/** Writes a JSON file, whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Reads a JSON file.
 *
 * @throws {Problem} naming file and key
 */
export async function readJson<S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem(`${path}: is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return parseWith(schema, value, path);
}
