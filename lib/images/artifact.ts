/** Finding a local artifact, and telling whether it is the one that is meant. @module */
import { shownSettings } from "lib/images/compose.ts";
import { type ImageTarget, Manifest, readJson } from "lib/images/manifest.ts";
import type { PreparedImage } from "lib/images/prepare.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/**
 * The folder of the newest artifact of an image's node type and environment that can be booted here.
 *
 * @param out Where artifacts are
 * @param target `rootfs` or `qcow2`; default either
 * @throws {Problem} when there is none: it says what there is, and how to make one
 */
export async function newestArtifact(
  out: string,
  { image, context }: Pick<PreparedImage, "image" | "context">,
  target?: ImageTarget,
): Promise<string> {
  const { nodeType, environment } = context;
  const all = await readArtifacts(`${out}/${image.name}`);
  const fitting = all.filter(({ manifest }) =>
    manifest.nodeType === nodeType && manifest.environment === environment &&
    manifest.artifact !== undefined && (target === undefined || manifest.target === target)
  );
  const newest = fitting.sort((a, b) => b.manifest.builtAt.localeCompare(a.manifest.builtAt))[0];
  if (newest !== undefined) return newest.folder;
  const others = all.map(({ folder }) => folder.slice(folder.lastIndexOf("/") + 1)).sort();
  throw new Problem(
    `There is no ${
      target ?? "rootfs or qcow2"
    } of ${image.name} as ${nodeType} for ${environment} ` +
      `under ${out}${
        others.length === 0 ? "" : ` (there are ${others.join(", ")})`
      }: run deno task ` +
      `build-image ${image.name} --node-type ${nodeType} --env ${environment.toLowerCase()}` +
      (target === undefined ? "" : ` --target ${target}`),
  );
}

async function readArtifacts(path: string): Promise<{ folder: string; manifest: Manifest }[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const found: { folder: string; manifest: Manifest }[] = [];
  for (const name of names) {
    const folder = `${path}/${name}`;
    const file = `${folder}/manifest.json`;
    if (await Deno.stat(file).then(() => true, () => false)) {
      found.push({ folder, manifest: await readJson(Manifest, file) });
    }
  }
  return found;
}

/**
 * Compares an artifact with the image that it is tested as: checks of other settings would tell nothing.
 *
 * @param folder For messages
 * @throws {Problems} one line for each difference
 */
export function requireSame(folder: string, manifest: Manifest, prepared: PreparedImage): void {
  const { image, context, components } = prepared;
  const wanted = { image: image.name, ...context };
  const problems = (["image", "nodeType", "environment"] as const)
    .filter((part) => manifest[part] !== wanted[part])
    .map((part) => `${folder} is of ${part} "${manifest[part]}", not "${wanted[part]}"`);
  if (problems.length > 0) throw new Problems(problems);
  const here = JSON.parse(
    JSON.stringify(
      Object.fromEntries(components.map((one) => [one.component.name, shownSettings(one)])),
    ),
  ) as Manifest["components"];
  for (const name of new Set([...Object.keys(manifest.components), ...Object.keys(here)])) {
    const [built, asked] = [manifest.components[name], here[name]];
    if (built === undefined || asked === undefined) {
      const where = built === undefined ? "lacks" : "has";
      problems.push(
        `${folder} ${where} component ${name}, unlike ${image.name} now: build it again`,
      );
      continue;
    }
    for (const key of new Set([...Object.keys(built), ...Object.keys(asked)])) {
      const [was, is] = [JSON.stringify(built[key]), JSON.stringify(asked[key])];
      if (was !== is) {
        problems.push(
          `${folder} was built with ${name}.${key} ${was}, and is tested with ${is}: ` +
            "give the test the build's settings, or build it again",
        );
      }
    }
  }
  if (problems.length > 0) throw new Problems(problems);
}
