import { CATALOGUE } from "lib/iam/catalogue.ts";
import { ANALYZER_CODES } from "lib/iam/checks.ts";
import { type Finding, formatJsonPath, IamLintError, isAtLeast } from "lib/iam/finding.ts";
import type { Path, Severity } from "lib/iam/finding.ts";
import { parseJson } from "lib/iam/json/parse.ts";
import { locate, type Position, positionAt, type Positions } from "lib/iam/json/position.ts";
import { applyPlain } from "lib/iam/outputs.ts";
import { type Policy, readPolicy } from "lib/iam/policy.ts";
import type { PolicyType } from "lib/iam/policy_type.ts";
import type { Draft, Rule } from "lib/iam/rule.ts";
import { RULES } from "lib/iam/rules/mod.ts";
import {
  SENSITIVE_BY_DEFAULT,
  type SensitiveAccess,
  sensitiveAccess,
} from "lib/iam/rules/sensitive_access.ts";
import { suppress, type Suppression } from "lib/iam/suppression.ts";
import { messageOf } from "lib/schema/problem.ts";

/** What to look for. */
export interface FindOptions {
  /** Default inferred: see {@linkcode inferPolicyType}. */
  readonly type?: PolicyType;
  /** Findings that are meant to be. Anything malformed in it is a finding. */
  readonly ignore?: readonly Suppression[];
  /**
   * Actions on resources that nobody shall be allowed: SENSITIVE_ACCESS. Default
   * {@linkcode SENSITIVE_BY_DEFAULT}.
   */
  readonly sensitive?: readonly SensitiveAccess[];
  /** The day that suppressions are held against, `YYYY-MM-DD` in UTC; default today. */
  readonly today?: string;
}

/** The day on which suppressions expire or not, `YYYY-MM-DD` in UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** What was found, and what was found but suppressed. */
export interface LintResult {
  /** The kind it was linted as. */
  readonly type: PolicyType;
  /** Faults of the JSON, then what is about the whole policy, then statement by statement. */
  readonly findings: readonly Finding[];
  /** Findings that a suppression covers. */
  readonly suppressed: readonly Finding[];
}

interface Source {
  readonly text: string;
  readonly positions: Positions;
}

/**
 * Lints a policy document and returns every finding; never throws.
 *
 * @param document JSON text (findings then have a line and a column) or the parsed document
 */
export function findIamIssues(document: unknown, options: FindOptions = {}): LintResult {
  const read = typeof document === "string" ? readText(document) : readValue(document);
  const policy = readPolicy(read.value, options.type, read.source?.text.length);
  const found = [
    ...read.faults,
    ...read.isReadable ? runRules(policy, read.source, options.sensitive) : [],
  ];
  return {
    type: policy.type,
    ...suppress(found, options.ignore ?? [], options.today ?? today(), ANALYZER_CODES),
  };
}

interface ReadDocument {
  readonly value: unknown;
  readonly isReadable: boolean;
  readonly faults: readonly Finding[];
  readonly source?: Source;
}

function jsonFault(detail: string, path: Path, position?: Position): Finding {
  const { severity, title, remedy } = CATALOGUE.MALFORMED_JSON;
  return {
    id: "MALFORMED_JSON",
    code: "JSON_SYNTAX_ERROR",
    severity,
    path: formatJsonPath(path),
    ...position,
    title,
    detail,
    remedy,
  };
}

function readText(text: string): ReadDocument {
  const { value, faults, positions } = parseJson(text);
  return {
    value,
    isReadable: value !== undefined,
    faults: faults.map(({ message, offset, path }) =>
      jsonFault(message, path, positionAt(text, offset))
    ),
    source: { text, positions },
  };
}

/** A value as it will be once it is JSON: without what is undefined. */
function readValue(document: unknown): ReadDocument {
  try {
    const value = JSON.parse(JSON.stringify(document) ?? "null");
    return { value, isReadable: true, faults: [] };
  } catch (error) {
    const detail = `The document cannot be written as JSON: ${messageOf(error).split("\n")[0]}`;
    return { value: undefined, isReadable: false, faults: [jsonFault(detail, [])] };
  }
}

function runRules(
  policy: Policy,
  source: Source | undefined,
  sensitive: readonly SensitiveAccess[] = SENSITIVE_BY_DEFAULT,
): Finding[] {
  const found: Finding[] = [];
  const sidAt = (path: Path) =>
    policy.statements.find((statement) => statement.path.every((key, at) => key === path[at]))?.sid;
  const report = (draft: Draft) => {
    const kind = CATALOGUE[draft.id];
    const sid = sidAt(draft.path);
    found.push({
      id: draft.id,
      ...(draft.code === undefined ? {} : { code: draft.code }),
      severity: draft.severity ?? kind.severity,
      path: formatJsonPath(draft.path),
      ...(source && locate(source.text, source.positions, draft.path)),
      title: kind.title,
      detail: draft.detail,
      remedy: draft.remedy ?? kind.remedy,
      ...(draft.nearest === undefined ? {} : { nearest: draft.nearest }),
      ...(draft.actions === undefined ? {} : { actions: draft.actions }),
      ...(draft.resources === undefined ? {} : { resources: draft.resources }),
      ...(sid === undefined ? {} : { sid }),
    });
  };
  const rules = sensitive.length === 0 ? RULES : [...RULES, sensitiveAccess(sensitive)];
  const guarded = (rule: Rule, path: Path, run: () => void) => {
    try {
      run();
    } catch (error) {
      const detail = `The check for ${rule.ids[0]} failed: ${messageOf(error)}`;
      report({ id: "EXCEPTION", path, detail, remedy: "Report it with the policy" });
    }
  };
  for (const rule of rules) guarded(rule, [], () => rule.policy?.(policy, report));
  for (const statement of policy.statements) {
    for (const rule of rules) {
      guarded(rule, statement.path, () => rule.statement?.(statement, policy, report));
    }
  }
  return found;
}

/** How {@linkcode lintIamPolicy} treats a document. */
export interface LintOptions extends FindOptions {
  /** The mildest severity that throws; default `MEDIUM`. */
  readonly failOn?: Severity;
  /** Return JSON text rather than the document; text is returned as it came. Default false. */
  readonly stringify?: boolean;
  /** What the policy is called in the error; default `IAM policy`. */
  readonly source?: string;
}

/**
 * Lints a policy document and hands it back.
 *
 * @param document JSON text, an object, or either with Pulumi Outputs inside: then an Output is
 * returned, and the lint happens as soon as all values are known
 * @returns The document, or its JSON text with `stringify`
 * @throws {IamLintError} with every finding at or above `failOn`, worst first
 */
export function lintIamPolicy(
  document: string,
  options?: LintOptions,
): string;
/** As above, with text for an object; a Pulumi output stays one. */
export function lintIamPolicy<T>(
  document: T,
  options: LintOptions & { readonly stringify: true },
): T extends { readonly __pulumiOutput: true } ? T : string;
/** As above: returns the document as it was given. */
export function lintIamPolicy<T>(document: T, options?: LintOptions): T;
export function lintIamPolicy(document: unknown, options: LintOptions = {}): unknown {
  return applyPlain(document, (plain) => {
    const failOn = options.failOn ?? "MEDIUM";
    const failing = findIamIssues(plain, options).findings
      .filter(({ severity }) => isAtLeast(severity, failOn));
    if (failing.length > 0) throw new IamLintError(worstFirst(failing), options.source);
    return options.stringify && typeof plain !== "string" ? JSON.stringify(plain) : plain;
  });
}

const worstFirst = (findings: readonly Finding[]) =>
  [...findings].sort((a, b) =>
    Number(isAtLeast(b.severity, a.severity)) - Number(isAtLeast(a.severity, b.severity))
  );
