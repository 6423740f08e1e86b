import { importDefault } from "lib/schema/module.ts";
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
 * @param root The repository: they are in its folder `pipelines`
 * @returns By name, in order; none where there is no such folder
 * @throws {Problem} for a module without a pipeline as its default export
 */
export async function loadDefinitions(root: string): Promise<Map<string, Pipeline>> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(`${root}/pipelines`)) {
      if (isFile && name.endsWith(".ts")) names.push(name.slice(0, -".ts".length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const pipelines = new Map<string, Pipeline>();
  for (const name of names.sort()) {
    const path = `pipelines/${name}.ts`;
    const pipeline = await importDefault(root, path) as Pipeline | undefined;
    if (pipeline === undefined || !Array.isArray(pipeline.jobs)) {
      throw new Problem(`${path}: its default export is no pipeline: write definePipeline({ … })`);
    }
    pipelines.set(name, pipeline);
  }
  return pipelines;
}
