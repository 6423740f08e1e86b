import { count, formatDuration } from "lib/cli/table.ts";
import type { Outcome } from "lib/images/host.ts";
import type { Manifest } from "lib/images/manifest.ts";
import type { Provisioned } from "lib/images/provision.ts";

/** `changed vault: Install the release (1.2 s)`. */
export const formatOutcome = (outcome: Outcome): string =>
  `${outcome.changed ? "changed" : "ok     "} ${outcome.name} (${
    formatDuration(outcome.milliseconds)
  })`;

/** A plan as text: each operation that would change something, with its commands and diffs. */
export function formatPlan(outcomes: readonly Outcome[]): string {
  const pending = outcomes.filter((outcome) => outcome.changed);
  const blocks = pending.map(({ name, commands }) =>
    [
      name,
      ...commands.flatMap(({ shell, diff }) => [
        ...indent(shell.length > 400 ? `${shell.slice(0, 400)} …` : shell, "  $ "),
        ...(diff ? indent(diff, "    ") : []),
      ]),
    ].join("\n")
  );
  const rest = outcomes.length - pending.length;
  return [
    ...blocks,
    `${count(pending.length, "operation")} to run, ${rest} already as wanted`,
  ].join("\n");
}

const indent = (text: string, prefix: string) =>
  text.split("\n").map((line, index) =>
    `${index === 0 ? prefix : prefix.replace("$", " ")}${line}`.trimEnd()
  );

/** What a build left, in a few lines. */
export function formatBuild(
  { manifest, folder, provisioned }: {
    manifest: Manifest;
    folder: string;
    provisioned: Provisioned;
  },
): string {
  const changed = provisioned.outcomes.filter((outcome) => outcome.changed).length;
  const where = manifest.ami === undefined
    ? `${folder}/${manifest.artifact}`
    : Object.entries(manifest.ami).map(([region, id]) => `${id} in ${region}`).join(", ");
  return [
    `${manifest.build}: ${where}`,
    `${count(provisioned.outcomes.length, "operation")}, ${changed} changed the machine; ` +
    "a second pass changed nothing",
    `${manifest.sizeMiB} MiB, ${count(manifest.packages, "package")}; bill of materials and ` +
    `manifest in ${folder}`,
  ].join("\n");
}

/** What a test of an artifact found, in a line. */
export const formatTest = (
  { build, bootMilliseconds, checks }: {
    build: string;
    bootMilliseconds: number;
    checks: readonly unknown[];
  },
): string =>
  `${build}: answered after ${formatDuration(bootMilliseconds)}; ${
    count(checks.length, "check")
  } passed`;
