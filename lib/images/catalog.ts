import type { Image } from "lib/images/image.ts";
import { importDefault } from "lib/schema/module.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { Problem, UsageProblem } from "lib/schema/problem.ts";

/**
 * The names of all images: the folders under `images/` that hold an `image.ts`, in order.
 *
 * @param root The repository
 */
export async function imageNames(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${root}/images`)) {
    if (!entry.isDirectory) continue;
    const file = await Deno.stat(`${root}/images/${entry.name}/image.ts`).catch(() => undefined);
    if (file?.isFile) names.push(entry.name);
  }
  return names.sort();
}

/**
 * Loads one image.
 *
 * @param root The repository
 * @param name Its folder's name
 * @throws {UsageProblem} naming the nearest when there is none of that name
 * @throws {Problem} when its module exports no image, or one of another name
 */
export async function loadImage(root: string, name: string): Promise<Image> {
  const names = await imageNames(root);
  if (!names.includes(name)) {
    const known = names.join(", ");
    throw new UsageProblem(
      `There is no image "${name}"${didYouMean(name, names) || `: there are ${known}`}`,
    );
  }
  const path = `images/${name}/image.ts`;
  const image = await importDefault(root, path) as Image | undefined;
  if (typeof image?.components !== "function") {
    throw new Problem(`${path}: its default export is no image: write defineImage({ … })`);
  }
  if (image.name !== name) {
    throw new Problem(`${path}: the image is named "${image.name}", its folder "${name}"`);
  }
  return image;
}
