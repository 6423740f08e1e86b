import { didYouMean } from "lib/schema/nearest.ts";
import { UsageProblem } from "lib/schema/problem.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { type PipelineFormat, renderPipeline } from "lib/concourse/render.ts";

/**
 * The pipelines of these names; all where none is named.
 *
 * @throws {UsageProblem} for an unknown name: the nearest is named
 */
export function selectPipelines<T>(
  pipelines: ReadonlyMap<string, T>,
  names: readonly string[],
): ReadonlyMap<string, T> {
  for (const name of names) {
    if (!pipelines.has(name)) {
      const known = [...pipelines.keys()];
      throw new UsageProblem(
        `There is no pipeline "${name}"${
          didYouMean(name, known) || `: there are ${known.join(", ")}`
        }`,
      );
    }
  }
  return names.length === 0
    ? pipelines
    : new Map([...pipelines].filter(([name]) => names.includes(name)));
}

/**
 * Renders pipelines as files.
 *
 * @returns Their contents by file name
 * @throws {Problems} for what cannot be rendered
 */
export function renderPipelines(
  pipelines: ReadonlyMap<string, Pipeline>,
  format: PipelineFormat,
): ReadonlyMap<string, string> {
  return new Map(
    [...pipelines].map((
      [name, pipeline],
    ) => [`${name}.${format}`, renderPipeline(pipeline, format)]),
  );
}
