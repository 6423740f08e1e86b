import { pathToFileURL } from "node:url";
import { Problem } from "lib/schema/problem.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";

/**
 * Checks the types of a pipeline that is written by hand, the default export of a file in `pipelines/`.
 *
 * The file's name is the pipeline's: `pipelines/meta.ts` is rendered as `meta.yaml`.
 */
export const definePipeline = (pipeline: Pipeline): Pipeline => pipeline;

/**
 * Loads the pipelines that are written by hand.
 *
 * @param folder An absolute path
 * @returns By name, in order; none where there is no such folder
 * @throws {Problem} for a module without a pipeline as its default export
 */
export async function loadDefinitions(folder: string): Promise<Map<string, Pipeline>> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(".ts")) names.push(name.slice(0, -".ts".length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const pipelines = new Map<string, Pipeline>();
  for (const name of names.sort()) {
    const path = `${folder}/${name}.ts`;
    const { default: pipeline } = await import(pathToFileURL(path).href) as { default?: Pipeline };
    if (!Array.isArray(pipeline?.jobs)) {
      throw new Problem(`${path}: its default export is no pipeline: write definePipeline({ … })`);
    }
    pipelines.set(name, pipeline);
  }
  return pipelines;
}
