import { CATALOGUE } from "lib/iam/catalogue.ts";
import type { LintedPolicy } from "lib/iam/files.ts";
import { type Finding, isAtLeast, type Severity } from "lib/iam/finding.ts";

/** Whether no finding is at or above a severity. */
export const isSound = ({ findings }: LintedPolicy, failOn: Severity): boolean =>
  !findings.some(({ severity }) => isAtLeast(severity, failOn));

/** One line of JSON for a policy: `{"file","ok","findings"}`. */
export function policyAsJson(policy: LintedPolicy, failOn: Severity): string {
  return JSON.stringify({
    file: policy.file,
    ok: isSound(policy, failOn),
    findings: policy.findings,
  });
}

/** Lines for people: `file:line:column: SEVERITY ID at path: detail`, and what to do, indented. */
export function formatPolicy({ file, findings }: LintedPolicy): string[] {
  return findings.flatMap(({ severity, id, path, line, column, detail, remedy }) => [
    `${file}${
      line === undefined ? "" : `:${line}:${column}`
    }: ${severity} ${id} at ${path}: ${detail}`,
    `    ${remedy}`,
  ]);
}

const LEVELS: Readonly<Record<Severity, string>> = {
  CRITICAL: "error",
  HIGH: "error",
  MEDIUM: "warning",
  LOW: "note",
};

/**
 * Findings as a SARIF 2.1.0 log, which code hosts show beside the lines.
 *
 * @see {@link https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html}
 */
export function policiesAsSarif(policies: readonly LintedPolicy[]): string {
  const ids = [...new Set(policies.flatMap(({ findings }) => findings.map(({ id }) => id)))].sort();
  return JSON.stringify({
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "lint-iam",
          rules: ids.map((id) => ({
            id,
            shortDescription: { text: CATALOGUE[id].title },
            help: { text: CATALOGUE[id].remedy },
            defaultConfiguration: { level: LEVELS[CATALOGUE[id].severity] },
          })),
        },
      },
      results: policies.flatMap(({ file, findings }) =>
        findings.map((finding) => sarifResult(file, finding, ids))
      ),
    }],
  });
}

function sarifResult(file: string, finding: Finding, ids: readonly string[]): unknown {
  const { id, severity, path, line, column, detail, remedy } = finding;
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    level: LEVELS[severity],
    message: { text: `${detail}. ${remedy}` },
    locations: [{
      physicalLocation: {
        artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/") },
        ...(line === undefined ? {} : { region: { startLine: line, startColumn: column } }),
      },
      logicalLocations: [{ fullyQualifiedName: path }],
    }],
  };
}
