import type { Place } from "lib/concourse/validate/datum.ts";
import type { FileVerdict } from "lib/concourse/validate/file.ts";

const place = (at?: Place) => at && at.line > 0 ? [at.line, at.column] : null;

/**
 * One line of JSON: `errors` and `warnings` are Concourse's texts, `positions` their
 * `[line, column]` in parallel, null where there is none.
 */
export function formatJson({ file, profile, ok, errors, warnings, lints }: FileVerdict): string {
  return JSON.stringify({
    file,
    profile,
    ok,
    errors: errors.map(({ message }) => message),
    warnings: warnings.map(({ message }) => message),
    lints: lints.map(({ id, severity, message, at }) => ({
      id,
      severity,
      message,
      position: place(at),
    })),
    positions: {
      errors: errors.map(({ at }) => place(at)),
      warnings: warnings.map(({ at }) => place(at)),
    },
  });
}

/** `source:line:column: message` for each. */
export function describeFindings(
  findings: readonly { readonly message: string; readonly at?: Place }[],
  source: string,
): string[] {
  return findings.map(({ message, at }) => `${[source, ...place(at) ?? []].join(":")}: ${message}`);
}

/** `file:line:column: kind: message` for each finding. */
export function formatText({ file, errors, warnings, lints }: FileVerdict): string[] {
  const line = (kind: string, message: string, at?: Place) => {
    const where = place(at);
    const text = message.replaceAll("\n", "\n    ");
    return `${where ? `${file}:${where.join(":")}` : file}: ${kind}: ${text}`;
  };
  return [
    ...errors.map(({ message, at }) => line("error", message, at)),
    ...warnings.map(({ message, at }) => line("warning", message, at)),
    ...lints.map(({ id, severity, message, at }) =>
      line(`lint ${severity}`, `${message} [${id}]`, at)
    ),
  ];
}
