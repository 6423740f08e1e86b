import type { Datum, Place } from "lib/concourse/validate/datum.ts";
import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import type { PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";

/** How bad a finding is: `error` fails for certain when it runs, `info` may well be meant. */
export type LintSeverity = "error" | "warning" | "info";

/** What a lint may look at. */
export interface LintContext {
  /** The pipeline as Concourse decodes it. */
  readonly pipeline: Pipeline;
  readonly index: PipelineIndex;
  /** Its values before vars were filled in. */
  readonly unfilled: Datum;
  /** Its values with vars filled in. */
  readonly filled: Datum;
  /** The vars that were given. */
  readonly vars: Vars;
}

/** Something that a lint found. */
export interface LintHit {
  /** What, and what to do. */
  readonly message: string;
  readonly at: Place;
}

/** A check of what Concourse itself lets pass. */
export interface Lint {
  /** As `--no-lint` takes it. */
  readonly id: string;
  readonly severity: LintSeverity;
  /** What it finds and why that matters, in one line. */
  readonly doc: string;
  /** Finds. */
  check(context: LintContext): Iterable<LintHit>;
}

/** What lints found, for a report. */
export interface LintFinding extends LintHit {
  readonly id: string;
  readonly severity: LintSeverity;
}
