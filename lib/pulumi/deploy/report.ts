import { count, formatDuration, formatTable } from "lib/cli/table.ts";
import type { StackOutcome } from "lib/pulumi/deploy/deploy.ts";
import { changedOutputs, type EngineReport } from "lib/pulumi/engine/events.ts";
import type { StackState } from "lib/pulumi/engine/state.ts";

const SIGNS = { done: "✔", failed: "✖", skipped: "-", unchanged: "=", cancelled: "-" } as const;

/** Whether a stack ended as it should. */
export function isSuccess({ verdict }: StackOutcome): boolean {
  return verdict === "done" || verdict === "unchanged";
}

/** Changed outputs that a line names. */
const NAMED_OUTPUTS = 4;

/** `31 create`, `no changes`; `outputs word, url` where nothing else changes: their names, as values may be secret. */
export function describeChanges(report: EngineReport): string {
  return describeCounts(report.changes) || describeOutputs(changedOutputs(report)) || "no changes";
}

/** `2 update, 1 delete`; empty when nothing changes. */
export function describeCounts(changes: EngineReport["changes"]): string {
  return Object.entries(changes)
    .filter(([operation, number]) => operation !== "same" && operation !== "read" && number > 0)
    .map(([operation, number]) => `${number} ${operation}`)
    .join(", ");
}

function describeOutputs(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  const more = keys.length - NAMED_OUTPUTS;
  const named = keys.slice(0, NAMED_OUTPUTS).join(", ");
  return `${keys.length === 1 ? "output" : "outputs"} ${named}${
    more > 0 ? ` and ${more} more` : ""
  }`;
}

/** `31 resources, of which protected: aws:kms/key:Key disks`: what a destruction would take. */
export function describeState({ resources, protected: kept }: StackState): string {
  const number = count(resources, "resource");
  return kept.length === 0 ? number : `${number}, of which protected: ${kept.join(", ")}`;
}

/** One outcome as a line of narration. */
export function describeOutcome(outcome: StackOutcome): string {
  const { id, verdict, result, problems } = outcome;
  if (result?.deferred) return `… ${id}: ${result.deferred}`;
  if (verdict === "done" && result) {
    return `${SIGNS.done} ${id}: ${describeChanges(result.report)} (${
      formatDuration(result.elapsed)
    })`;
  }
  return `${SIGNS[verdict]} ${id}: ${verdict}${problems.length > 0 ? `: ${problems[0]}` : ""}`;
}

/** The result of a run: a row for each stack and a closing line. */
export function formatOutcomes(outcomes: readonly StackOutcome[], elapsed: number): string {
  const rows = outcomes.map(({ id, verdict, result }) => [
    `${SIGNS[verdict]} ${id}`,
    result?.deferred
      ? "deferred"
      : verdict === "done" && result
      ? describeChanges(result.report)
      : verdict,
    result ? formatDuration(result.elapsed) : "",
  ]);
  const failed = outcomes.filter((outcome) => !isSuccess(outcome)).length;
  const changed = outcomes.filter((outcome) => outcome.changed).length;
  return [
    formatTable(rows),
    `${count(outcomes.length, "stack")}, ${changed} changed, ${failed} not done, ${
      formatDuration(elapsed)
    }`,
  ].join("\n");
}

/** Each stack's warnings and problems, one a line. */
export function formatProblems(outcomes: readonly StackOutcome[]): string[] {
  return outcomes.flatMap(({ id, problems, result }) => [
    ...(result?.report.warnings ?? []).map((warning) => `warning: ${id}: ${warning}`),
    ...problems.map((problem) => `${id}: ${problem}`),
    ...(result && result.code !== 0 && !result.deferred
      ? [`${id}: the CLI's log is ${result.logFile}`]
      : []),
  ]);
}

/** The result as data; the engine masks secrets. */
export function outcomesAsJson(outcomes: readonly StackOutcome[], elapsed: number) {
  return {
    elapsed: Math.round(elapsed),
    stacks: outcomes.map(({ id, verdict, changed, result, problems }) => ({
      stack: id,
      verdict: result?.deferred ? "deferred" : verdict,
      changed,
      changes: result?.report.changes ?? {},
      steps: result?.report.steps ?? [],
      outputs: result?.report.outputs ?? {},
      changedOutputs: result ? changedOutputs(result.report) : [],
      warnings: result?.report.warnings ?? [],
      problems,
      elapsed: Math.round(result?.elapsed ?? 0),
      cliElapsed: Math.round(result?.cliElapsed ?? 0),
    })),
  };
}

/** One Markdown summary, fit for a pull request. */
export function formatMarkdown(
  title: string,
  outcomes: readonly StackOutcome[],
  elapsed: number,
): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = outcomes.map(({ id, verdict, result, problems }) =>
    `| ${SIGNS[verdict]} | ${id} | ${
      verdict === "done" && result
        ? cell(describeChanges(result.report))
        : cell([verdict, ...problems].join(": "))
    } |`
  );
  const steps = outcomes.flatMap(({ id, result }) =>
    (result?.report.steps ?? []).map(({ operation, type, name, differences }) =>
      `| ${id} | ${operation} | \`${type}\` | \`${name}\` | ${
        cell(differences.map((path) => `\`${path}\``).join(", "))
      } |`
    )
  );
  return [
    `# ${title}`,
    "",
    "| | Stack | Changes |",
    "| - | - | - |",
    ...rows,
    "",
    `${count(outcomes.length, "stack")} in ${formatDuration(elapsed)}`,
    ...(steps.length > 0
      ? [
        "",
        "| Stack | Operation | Type | Name | Properties |",
        "| - | - | - | - | - |",
        ...steps,
      ]
      : []),
    "",
  ].join("\n");
}
