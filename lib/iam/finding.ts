import { Problem } from "lib/schema/problem.ts";

/** How bad a finding is, mildest first. */
export const SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
/** `LOW` style, `MEDIUM` likely a mistake, `HIGH` broken or dangerous, `CRITICAL` unreadable. */
export type Severity = typeof SEVERITIES[number];

/** Whether a severity is `level` or worse. */
export function isAtLeast(severity: Severity, level: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
}

/** The keys and zero-based indices that lead to a place in a document. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, or doubtful, with a policy document. */
export interface Finding {
  /** Parliament's id (`RESOURCE_STAR`) or, where it has none, Access Analyzer's (`PASS_ROLE_WITH_STAR_IN_RESOURCE`). */
  readonly id: string;
  /** Access Analyzer's code for the same thing, where it has one. */
  readonly code?: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** Where, as a JSON path: `$.Statement[0].Action[1]`. */
  readonly path: string;
  /** One-based line of that place; only when the document came as text. */
  readonly line?: number;
  /** One-based column of that place; only when the document came as text. */
  readonly column?: number;
  /** What kind of thing it is, the same for every finding of the id. */
  readonly title: string;
  /** What it is here. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The closest valid name, for a misspelt one. */
  readonly nearest?: string;
  /** The actions that it is about, as the policy has them. */
  readonly actions?: readonly string[];
  /** The resources that it is about, as the policy has them. */
  readonly resources?: readonly string[];
  /** The Sid of the statement. */
  readonly sid?: string;
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `$.Statement[0].Condition.StringEquals["aws:SourceArn"]` */
export function formatJsonPath(path: Path): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number"
        ? `${text}[${key}]`
        : plainKey.test(key)
        ? `${text}.${key}`
        : `${text}[${JSON.stringify(key)}]`,
    "$",
  );
}

/** `HIGH UNKNOWN_ACTION $.Statement[0].Action (3:5): detail: remedy`: a finding on one line. */
export function formatFinding(finding: Finding): string {
  const at = finding.line === undefined ? "" : ` (${finding.line}:${finding.column ?? 1})`;
  return `${finding.severity} ${finding.id} ${finding.path}${at}: ${finding.detail}: ${finding.remedy}`;
}

/** A policy document with findings at or above the level that fails. */
export class IamLintError extends Problem {
  /** Tells it from other problems. */
  override readonly name = "IamLintError";
  /** The findings at or above the level, worst first. */
  readonly findings: readonly Finding[];

  /**
   * Makes the error of a policy that fails.
   *
   * @param findings One or more findings
   * @param source What the policy is called in the message, default `IAM policy`
   */
  constructor(findings: readonly Finding[], source = "IAM policy") {
    super(findings.map((finding) => `${source}: ${formatFinding(finding)}`).join("\n"));
    this.findings = findings;
  }
}
