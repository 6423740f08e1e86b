import { type Datum, datumOf, type FloatDatum, type Place } from "lib/concourse/validate/datum.ts";
import { DecodeContext } from "lib/concourse/validate/decode/context.ts";
import { decodePipeline, type Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { jsonForm, throughJson } from "lib/concourse/validate/json_form.ts";
import { GlobCrash } from "lib/concourse/validate/rules/groups.ts";
import { Report, type RuleWarning, type Section } from "lib/concourse/validate/rules/report.ts";
import { checkPipeline } from "lib/concourse/validate/rules/mod.ts";
import { withoutUnknownSections } from "lib/concourse/validate/skeleton.ts";
import { interpolate } from "lib/concourse/validate/template/interpolate.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";
import { checkDocument } from "lib/concourse/validate/yaml/check.ts";
import { construct } from "lib/concourse/validate/yaml/construct.ts";
import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import { decodeText } from "lib/concourse/validate/yaml/decode_text.ts";
import { parseYaml } from "lib/concourse/validate/yaml/parser.ts";

/**
 * Whose verdict is wanted: `server` what `set-pipeline` meets at the server, `fly` what
 * `fly validate-pipeline` says, `fly-strict` what it says with `--strict`.
 */
export type Profile = "server" | "fly" | "fly-strict";
/** The profiles, the default first. */
export const PROFILES: readonly Profile[] = ["server", "fly", "fly-strict"];

/** Something that is wrong with a pipeline. */
export interface ValidationError {
  /** In Concourse's own words; in our own, with the path, where decoding stopped. */
  readonly message: string;
  /** Absent when it concerns the whole file, or the pipeline came from no file. */
  readonly at?: Place;
  /** The heading under which Concourse prints it; absent where decoding stopped. */
  readonly section?: Section;
}

/** Something that Concourse warns of. */
export interface ValidationWarning {
  readonly type: RuleWarning["type"];
  /** In Concourse's own words. */
  readonly message: string;
  readonly at?: Place;
}

/** What Concourse says about a pipeline. */
export interface Verdict {
  /** Whether Concourse accepts it. */
  readonly ok: boolean;
  /** Why not; empty also where only warnings are the reason, as in `fly-strict`. */
  readonly errors: readonly ValidationError[];
  readonly warnings: readonly ValidationWarning[];
  /** The pipeline as Concourse decodes it; absent when it does not decode. */
  readonly pipeline?: Pipeline;
  /** The pipeline's values with its vars filled in; absent when it is not read that far. */
  readonly datum?: Datum;
  /** The same before vars were filled in. */
  readonly unfilled?: Datum;
}

/**
 * Says what Concourse says about a pipeline. One difference is known: what is nested more than some
 * hundred steps or two thousand lists deep is refused here, at ten thousand levels there.
 *
 * @param source A file's text or bytes; or a value to be rendered as one
 * @param profile Whose verdict, default `server`
 * @param vars Values for `((vars))`; names without one stay, as in Concourse
 * @returns The verdict; nothing is thrown for whatever a pipeline holds
 */
export function validatePipeline(
  source: string | Uint8Array | object,
  profile: Profile = "server",
  vars: Vars = [],
): Verdict {
  try {
    const unfilled = read(source);
    return { ...judge(interpolate(unfilled, vars), profile), unfilled };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, errors: error.errors, warnings: [] };
    if (error instanceof YamlError) return refused([error]);
    if (error instanceof RangeError) return refused([{ message: "nested too deeply to be read" }]);
    throw error;
  }
}

class Unreadable extends Error {
  constructor(readonly errors: readonly ValidationError[]) {
    super("not readable");
  }
}

function refused(
  faults: readonly { readonly message: string; readonly at?: Place }[],
  datum?: Datum,
): Verdict {
  const errors = faults.map(({ message, at }) => at?.line ? { message, at } : { message });
  return { ok: false, errors, warnings: [], datum };
}

function read(source: string | Uint8Array | object): Datum {
  if (typeof source === "object" && !(source instanceof Uint8Array)) return datumOf(source);
  const root = parseYaml(typeof source === "string" ? source : decodeText(source));
  const faults = checkDocument(root);
  if (faults.length > 0) throw new Unreadable(refused(faults).errors);
  return construct(root);
}

function judge(filled: Datum, profile: Profile): Verdict {
  const strict = profile !== "fly";
  const infinite: FloatDatum[] = [];
  let datum = jsonForm(filled, { strict: profile === "fly-strict", infinite });
  if (profile === "server") datum = throughJson(withoutUnknownSections(datum));
  const context = new DecodeContext(strict);
  const pipeline = decodePipeline(datum, context);
  const lost = infinite.find((number) => profile === "server" || !context.coerced.has(number));
  if (lost) {
    const message = `JSON has no number ${lost.value}: quote it if text is meant`;
    return refused([{ message, at: lost }], datum);
  }
  if (context.faults.length > 0) return refused(context.faults, datum);

  const report = new Report();
  try {
    checkPipeline(pipeline, report);
  } catch (error) {
    if (!(error instanceof GlobCrash)) throw error;
    return refused([error], datum);
  }
  const errors = report.errors.map(located), warnings = report.warnings.map(located);
  const ok = errors.length === 0 && (profile !== "fly-strict" || warnings.length === 0);
  return { ok, errors, warnings, pipeline, datum };
}

/** Without the place of what came from no file. */
function located<T extends { readonly at: Place }>(finding: T): Omit<T, "at"> & { at?: Place } {
  if (finding.at.line > 0) return finding;
  const { at: _, ...rest } = finding;
  return rest;
}
