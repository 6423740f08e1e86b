import { count, formatTable } from "lib/cli/table.ts";
import type { EvaluatedResource } from "lib/pulumi/evaluate/evaluate.ts";
import type { StackPreview } from "lib/pulumi/evaluate/fleet.ts";
import { masked } from "lib/pulumi/simulate/wire.ts";

/** One row for each stack: what it would consist of, and what stands against it. */
export function formatPreviews(previews: readonly StackPreview[]): string {
  return formatTable(previews.map((preview) => {
    const { stack, verdict, evaluation, elapsed } = preview;
    const sign = { evaluated: "✔", deferred: "…", failed: "✖", skipped: "-" }[verdict];
    const made = evaluation ? count(customResources(evaluation.resources).length, "resource") : "";
    return [`${sign} ${stack.id}`, verdict, made, evaluation ? `${Math.round(elapsed)} ms` : ""];
  }));
}

/** Problems and findings, one a line, with the stack and the resource they belong to. */
export function formatFindings(previews: readonly StackPreview[]): string[] {
  return previews.flatMap(({ stack, problems, findings, evaluation }) => [
    ...problems.map((problem) => `${stack.id}: ${problem}`),
    ...findings.map(({ gate, level, subject, message }) =>
      `${stack.id}: ${level} ${gate}: ${subject}: ${message}`
    ),
    ...(evaluation?.warnings ?? []).map((warning) => `${stack.id}: warning: ${warning}`),
  ]);
}

function customResources(resources: readonly EvaluatedResource[]): EvaluatedResource[] {
  return resources.filter(({ type, custom }) => custom && !type.startsWith("pulumi:"));
}

/** The tree of a stack's resources, children below their parents, sorted by type and name. */
export function formatTree(resources: readonly EvaluatedResource[]): string {
  const children = Map.groupBy(resources, ({ parent }) => parent ?? "");
  const lines: string[] = [];
  const walk = (parent: string, indent: string) => {
    const below = [...children.get(parent) ?? []].sort((a, b) =>
      a.type + a.name < b.type + b.name ? -1 : 1
    );
    below.forEach((resource, index) => {
      const last = index === below.length - 1;
      lines.push(`${indent}${last ? "└─" : "├─"} ${resource.type} ${resource.name}`);
      walk(resource.urn, `${indent}${last ? "   " : "│  "}`);
    });
  };
  walk("", "");
  return lines.join("\n");
}

/** The previews as data: secrets and unknowns are masked. */
export function previewsAsJson(previews: readonly StackPreview[]): unknown {
  return previews.map(({ stack, verdict, evaluation, findings, problems }) => ({
    stack: stack.id,
    verdict,
    resources: evaluation?.resources.map(({ inputs, outputs: _outputs, ...resource }) => ({
      ...resource,
      inputs: masked(inputs),
    })),
    outputs: evaluation && masked(evaluation.outputs),
    warnings: evaluation?.warnings ?? [],
    findings,
    problems,
  }));
}
