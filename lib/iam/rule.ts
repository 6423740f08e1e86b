import type { Path, Severity } from "lib/iam/finding.ts";
import type { Policy, Statement } from "lib/iam/policy.ts";

/** A finding as a rule states it; title, severity and remedy come from the catalogue unless given. */
export interface Draft {
  readonly id: string;
  /** Access Analyzer's code, where it is another than the id. */
  readonly code?: string;
  readonly path: Path;
  /** What is wrong here, in a sentence without a full stop. */
  readonly detail: string;
  readonly remedy?: string;
  readonly severity?: Severity;
  readonly nearest?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** Takes what a rule found. */
export type Report = (draft: Draft) => void;

/** One idea about policies. Never throws, whatever the document. */
export interface Rule {
  /** What it can report. */
  readonly ids: readonly string[];
  /** Looks at each statement. */
  statement?(statement: Statement, policy: Policy, report: Report): void;
  /** Looks at the whole document. */
  policy?(policy: Policy, report: Report): void;
}
