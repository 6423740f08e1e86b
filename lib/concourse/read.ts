import { didYouMean } from "lib/schema/nearest.ts";
import { readText } from "lib/schema/parse.ts";
import { Problem, UsageProblem } from "lib/schema/problem.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { findRendered } from "lib/concourse/render_all.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";

/** A pipeline and what it is called. */
export interface ReadPipeline {
  readonly name: string;
  readonly pipeline: Pipeline;
}

/**
 * Reads a pipeline, by the name of a rendered one or by its file.
 *
 * @param rendered Where rendered ones are
 * @throws {UsageProblem} for an unknown name: the nearest is named
 * @throws {Problem} for a file that holds no pipeline
 */
export async function readPipeline(word: string, rendered: string): Promise<ReadPipeline> {
  const isFile = word.includes("/") || /\.(ya?ml|json)$/.test(word);
  const path = isFile ? word : await renderedPath(word, rendered);
  const value = parseYaml(await readText(path), path) as Pipeline | null;
  if (typeof value !== "object" || !Array.isArray(value?.jobs)) {
    throw new Problem(`${path}: is no pipeline: it has no list of jobs`);
  }
  return { name: path.split("/").at(-1)!.replace(/\.\w+$/, ""), pipeline: value };
}

async function renderedPath(name: string, folder: string): Promise<string> {
  const files = await findRendered(folder);
  const path = files.get(name);
  if (path !== undefined) return path;
  const known = [...files.keys()];
  throw new UsageProblem(
    `There is no pipeline "${name}"${didYouMean(name, known) || `: there are ${known.join(", ")}`}`,
  );
}
