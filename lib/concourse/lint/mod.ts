import type { Lint, LintContext, LintFinding } from "lib/concourse/lint/lint.ts";
import { decodeTrap } from "lib/concourse/lint/lints/decode_trap.ts";
import { duplicateTaskInput } from "lib/concourse/lint/lints/duplicate_task_input.ts";
import { unknownLocalVar } from "lib/concourse/lint/lints/unknown_local_var.ts";
import { unusedLocalVar } from "lib/concourse/lint/lints/unused_local_var.ts";
import { missingArtifact } from "lib/concourse/lint/lints/missing_artifact.ts";
import { secretLiteral } from "lib/concourse/lint/lints/secret_literal.ts";
import { uncheckedKey } from "lib/concourse/lint/lints/unchecked_key.ts";
import { unknownResourceType } from "lib/concourse/lint/lints/unknown_resource_type.ts";
import { unmeetablePassed } from "lib/concourse/lint/lints/unmeetable_passed.ts";
import { latestImage } from "lib/concourse/lint/lints/latest_image.ts";
import { unpinnedImage } from "lib/concourse/lint/lints/unpinned_image.ts";
import { unreachableJob } from "lib/concourse/lint/lints/unreachable_job.ts";
import { unknownVarSource } from "lib/concourse/lint/lints/unknown_var_source.ts";
import { unresolvedVar } from "lib/concourse/lint/lints/unresolved_var.ts";
import { unusedType } from "lib/concourse/lint/lints/unused_type.ts";
import { unusedVar } from "lib/concourse/lint/lints/unused_var.ts";
import { unvalidatedTimeout } from "lib/concourse/lint/lints/unvalidated_timeout.ts";
import { PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";
import type { Verdict } from "lib/concourse/validate/validate.ts";

/** Every lint. */
export const LINTS: readonly Lint[] = [
  decodeTrap,
  duplicateTaskInput,
  latestImage,
  missingArtifact,
  secretLiteral,
  uncheckedKey,
  unknownLocalVar,
  unknownResourceType,
  unknownVarSource,
  unmeetablePassed,
  unpinnedImage,
  unreachableJob,
  unresolvedVar,
  unusedLocalVar,
  unusedType,
  unusedVar,
  unvalidatedTimeout,
];

/**
 * Lints a pipeline that decoded; one that did not has no findings.
 *
 * @param vars The vars that it was validated with
 * @param off Lints that are not wanted
 * @returns By line
 */
export function lintPipeline(
  verdict: Verdict,
  vars: Vars = [],
  off: ReadonlySet<string> = new Set(),
): LintFinding[] {
  const { pipeline, datum, unfilled } = verdict;
  if (!pipeline || !datum || !unfilled) return [];
  const index = new PipelineIndex(pipeline);
  const context: LintContext = { pipeline, index, unfilled, filled: datum, vars };
  return LINTS.filter(({ id }) => !off.has(id)).flatMap((lint) => run(lint, context))
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

function run({ id, severity, check }: Lint, context: LintContext): LintFinding[] {
  try {
    return Array.from(check(context), ({ message, at: { line, column } }) => ({
      id,
      severity,
      message,
      at: { line, column },
    }));
  } catch (error) {
    // Thousands of levels, which only just could be validated.
    if (error instanceof RangeError) return [];
    throw error;
  }
}
