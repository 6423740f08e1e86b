import { didYouMean } from "lib/schema/nearest.ts";
import { Problem, Problems, UsageProblem } from "lib/schema/problem.ts";
import { encodePipeline } from "lib/concourse/import/encode.ts";
import { findRendered } from "lib/concourse/render_all.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { readBounded } from "lib/concourse/validate/file.ts";
import { describeFindings } from "lib/concourse/validate/report.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";
import { validatePipeline } from "lib/concourse/validate/validate.ts";

/** A pipeline and what it is called. */
export interface ReadPipeline {
  readonly name: string;
  readonly pipeline: Pipeline;
  /** What Concourse would refuse it for, with places. */
  readonly errors: readonly string[];
}

/**
 * Reads a pipeline as Concourse does, by the name of a rendered one or by its file; `-` is stdin.
 *
 * @param rendered Where rendered ones are
 * @throws {UsageProblem} for an unknown name: the nearest is named
 * @throws {Problem} for a file that cannot be decoded, with the places, or has no jobs
 */
export async function readPipeline(
  word: string,
  rendered: string,
  stdin: () => Promise<Uint8Array>,
  vars: Vars = [],
): Promise<ReadPipeline> {
  const isFile = word === "-" || word.includes("/") || /\.(ya?ml|json)$/.test(word);
  const path = isFile ? word : await renderedPath(word, rendered);
  const { pipeline, errors } = validatePipeline(await readBounded(path, stdin), "fly", vars);
  const source = path === "-" ? "stdin" : path;
  const described = describeFindings(errors, source);
  if (pipeline === undefined) throw new Problems(described);
  if (pipeline.jobs.length === 0) throw new Problem(`${source}: is no pipeline: it has no jobs`);
  return {
    name: source.split("/").at(-1)!.replace(/\.\w+$/, ""),
    // Decoded by Concourse's rules, a pipeline has the model's shape, whatever its values.
    pipeline: encodePipeline(pipeline) as unknown as Pipeline,
    errors: described,
  };
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
