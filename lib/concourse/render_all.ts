import { didYouMean } from "lib/schema/nearest.ts";
import { Problem, Problems, UsageProblem } from "lib/schema/problem.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { validatePipeline } from "lib/concourse/validate/validate.ts";
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

/** Pipelines as files. */
export interface RenderedPipelines {
  /** Contents by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** What Concourse warns of, each with the pipeline's name. */
  readonly warnings: readonly string[];
}

/**
 * Renders pipelines that Concourse's server would accept.
 *
 * @throws {Problems} with everything that it would refuse, each with the pipeline's name
 * @throws {Problem} for what cannot be rendered
 */
export function renderPipelines(
  pipelines: ReadonlyMap<string, Pipeline>,
  format: PipelineFormat,
): RenderedPipelines {
  const files = new Map<string, string>();
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const [name, pipeline] of pipelines) {
    const verdict = validatePipeline(pipeline, "server");
    errors.push(...verdict.errors.map(({ message }) => `Pipeline "${name}": ${message}`));
    warnings.push(...verdict.warnings.map(({ message }) => `Pipeline "${name}": ${message}`));
    if (verdict.ok) files.set(`${name}.${format}`, renderPipeline(pipeline, format));
  }
  if (errors.length > 0) throw new Problems(errors);
  return { files, warnings };
}

/**
 * The rendered files of a folder, by the pipeline's name.
 *
 * @throws {Problem} for a folder without any, and for two files of one pipeline
 */
export async function findRendered(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const [, pipeline] = /^(.+)\.(?:yaml|json)$/.exec(name) ?? [];
      if (!isFile || pipeline === undefined) continue;
      if (files.has(pipeline)) {
        throw new Problem(`${folder}: holds ${pipeline} twice, as YAML and as JSON: remove one`);
      }
      files.set(pipeline, `${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (files.size === 0) {
    throw new Problem(`${folder}: holds no pipelines: run deno task render-pipelines`);
  }
  return new Map([...files].sort(([a], [b]) => a < b ? -1 : 1));
}
