import { isDeepStrictEqual } from "node:util";
import { describeIssues } from "lib/schema/parse.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { encodePipeline, type Plain } from "lib/concourse/import/encode.ts";
import { writeValue } from "lib/concourse/import/typescript.ts";
import { Pipeline } from "lib/concourse/model/mod.ts";
import { renderYaml } from "lib/concourse/render.ts";
import { describeFindings } from "lib/concourse/validate/report.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";
import { validatePipeline, type Verdict } from "lib/concourse/validate/validate.ts";

/** A pipeline as a module. */
export interface Definition {
  /** TypeScript whose default export is the pipeline. */
  readonly text: string;
  /** What it renders from. */
  readonly value: { readonly [key: string]: Plain };
  /** What the file held and Concourse's server would refuse: left out, as `fly` does. */
  readonly leftOut: readonly string[];
  /** What Concourse takes and this library's types do not, so that the compiler looks away. */
  readonly untyped: readonly string[];
}

/** What the types say no word about: they know texts and numbers, not which. */
const UNSEEN = new Set(["invalid_format", "too_small", "too_big"]);
const DURATIONS = new Set<PropertyKey>(["timeout", "check_every", "check_timeout", "ttl"]);

/** Where a value does not fit the types. */
function misfits(value: unknown): string[] {
  const result = Pipeline.safeParse(value);
  if (result.success) return [];
  const seen = result.error.issues.filter(({ code, path }) =>
    !UNSEEN.has(code) && !DURATIONS.has(path.at(-1)!)
  );
  return seen.length === 0
    ? []
    : describeIssues({ ...result.error, issues: seen } as typeof result.error);
}

function writeModule(value: { readonly [key: string]: Plain }, untyped: readonly string[]): string {
  const { text, usesDuration } = writeValue(value as Plain);
  const names = ["definePipeline", ...usesDuration ? ["type Duration"] : []];
  const cast = untyped.length > 0;
  if (cast) names.push("type Pipeline");
  const notes = untyped.map((note) => `// ${note.replaceAll("\n", " ")}`);
  return [
    `import { ${names.join(", ")} } from "lib/concourse/mod.ts";`,
    "",
    ...(cast ? ["// Concourse takes what these types do not:", ...notes] : []),
    `export default definePipeline(${text}${cast ? " as unknown as Pipeline" : ""});`,
    "",
  ].join("\n");
}

function decoded(verdict: Verdict, source: string) {
  if (verdict.ok && verdict.pipeline !== undefined) return verdict.pipeline;
  throw new Problems(describeFindings(verdict.errors, source));
}

/**
 * Makes a definition of a pipeline's YAML. Read by `fly`'s rules: anchors are written out, values stand
 * as Concourse reads them, and comments and unknown keys are gone. It renders to an equal pipeline, which
 * is made sure of before it is returned.
 *
 * @param yaml The file's content
 * @param source Its name, for errors
 * @param vars Values that are filled in; names without one stay
 * @throws {Problems} for a pipeline that `fly validate-pipeline` refuses, with the places
 */
export function importPipeline(
  yaml: string | Uint8Array,
  source: string,
  vars: Vars = [],
): Definition {
  const value = encodePipeline(decoded(validatePipeline(yaml, "fly", vars), source));
  const again = encodePipeline(decoded(validatePipeline(renderYaml(value), "fly"), source));
  if (!isDeepStrictEqual(again, value)) {
    throw new Problem(
      `${source}: would render to another pipeline: this is a defect, please report it`,
    );
  }
  const untyped = misfits(value);
  const server = validatePipeline(yaml, "server", vars);
  const leftOut = server.ok ? [] : describeFindings(server.errors, source);
  return { text: writeModule(value, untyped), value, leftOut, untyped };
}
