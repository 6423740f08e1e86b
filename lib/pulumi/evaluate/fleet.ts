import { suppressionsIn } from "lib/iam/files.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { evaluateStack, type Evaluation, type Reads } from "lib/pulumi/evaluate/evaluate.ts";
import { type Fleet, type FleetStack, subgraph } from "lib/pulumi/fleet.ts";
import { checkGates, type GateFinding } from "lib/pulumi/gates.ts";
import {
  type Overrides,
  readStackFile,
  withMadeUpSecrets,
  withOverrides,
} from "lib/pulumi/stack_file.ts";
import type { Properties } from "lib/pulumi/simulate/wire.ts";

/** What came of one stack of an offline preview. */
export interface StackPreview {
  readonly stack: FleetStack;
  /** `evaluated`, or why there is nothing to show. */
  readonly verdict: "evaluated" | "deferred" | "failed" | "skipped";
  readonly evaluation?: Evaluation;
  readonly findings: readonly GateFinding[];
  /** Why it failed, was deferred or skipped; empty otherwise. */
  readonly problems: readonly string[];
  /** Milliseconds. */
  readonly elapsed: number;
}

/**
 * Evaluates stacks in dependency order, outputs flowing from one to the next; what the ids need is
 * evaluated with them. A failure skips only what depends on it.
 *
 * @returns In dependency order
 */
export async function previewFleet(
  fleet: Fleet,
  ids: readonly string[],
  options: { readonly signal?: AbortSignal; readonly overrides?: ReadonlyMap<string, Overrides> } =
    {},
): Promise<StackPreview[]> {
  const graph = subgraph(fleet, ids, true);
  const outputs = new Map<string, Properties>();
  const failed = new Set<string>();
  const previews: StackPreview[] = [];
  for (const [id, needs] of graph) {
    options.signal?.throwIfAborted();
    const stack = fleet.stacks.get(id)!;
    const broken = needs.find((needed) => failed.has(needed));
    if (broken !== undefined) {
      failed.add(id);
      const problems = [`needs ${broken}, which failed`];
      previews.push({ stack, verdict: "skipped", findings: [], problems, elapsed: 0 });
      continue;
    }
    const preview = await previewStack(fleet, stack, outputs, options.overrides?.get(id) ?? {});
    if (preview.verdict === "failed") failed.add(id);
    if (preview.evaluation) outputs.set(stack.info.fullName, preview.evaluation.outputs);
    previews.push(preview);
  }
  return previews;
}

async function previewStack(
  fleet: Fleet,
  stack: FleetStack,
  upstream: ReadonlyMap<string, Properties>,
  overrides: Overrides,
): Promise<StackPreview> {
  const { info, on } = stack;
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  try {
    const read = await readStackFile(fleet.root, on.folder, info);
    const config = await withMadeUpSecrets(withOverrides(read, overrides), on.project.config);
    const evaluation = await evaluateStack({ project: on.project, info, config }, upstream);
    return {
      stack,
      verdict: evaluation.deferred ? "deferred" : "evaluated",
      evaluation,
      findings: checkGates(evaluation, info, suppressionsIn(`${fleet.root}/${on.folder}`)),
      problems: evaluation.deferred ? [evaluation.deferred] : [],
      elapsed: elapsed(),
    };
  } catch (error) {
    const problems = error instanceof Problems
      ? error.messages
      : [error instanceof Problem ? error.message : (error as Error).stack ?? messageOf(error)];
    return { stack, verdict: "failed", findings: [], problems, elapsed: elapsed() };
  }
}

/** Whether nothing failed and no gate's mandatory finding stands against it. */
export function isSound(preview: StackPreview): boolean {
  return (preview.verdict === "evaluated" || preview.verdict === "deferred") &&
    preview.findings.every(({ level }) => level !== "mandatory");
}

/** The upstream outputs that each stack reads, by stack id. */
export function readsOf(previews: readonly StackPreview[]): Map<string, Reads> {
  return new Map(
    previews.flatMap(({ stack, evaluation }) => evaluation ? [[stack.id, evaluation.reads]] : []),
  );
}
