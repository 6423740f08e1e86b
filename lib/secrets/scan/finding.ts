/** What the scan objects to. */
export const FINDINGS = {
  "not-encrypted": "The whole file, a value or a comment under secrets/ is open",
  "not-sops": "A file under secrets/ is no sound SOPS file",
  "open-rule": "The file's metadata leaves parts of it open",
  "recipients": "The recipients are not those of the creation rule for the path",
  "no-rule": "No creation rule fits the path",
  "schema": "The file's keys are not those of its context's schema",
  "creation-rules": "secrets/.sops.yaml is not strict",
  "conflict": "A merge was left half done",
  "symlink": "A link leads out of the repository or lies under secrets/",
  "known-token": "A token, key or password of a known format",
  "high-entropy": "A text as random as a key",
  "keystore": "A file of keys in binary",
  "allow-list": "An entry of the allow-list that is wrong or no longer needed",
} as const;

/** A kind of finding. */
export type FindingRule = keyof typeof FINDINGS;

/** One objection. It names file, line and key, never a value. */
export interface ScanFinding {
  readonly rule: FindingRule;
  /** Relative to the root. */
  readonly path: string;
  /** From 1; absent for the file as a whole. */
  readonly line?: number;
  /** What, and what to do. */
  readonly message: string;
}

/** `path:line: message (rule)`. */
export function formatFinding({ path, line, message, rule }: ScanFinding): string {
  return `${path}${line === undefined ? "" : `:${line}`}: ${message} (${rule})`;
}
