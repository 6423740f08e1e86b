import { ROOT } from "lib/cli/root.ts";
import { previewFleet, type StackPreview } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { unwrap } from "lib/pulumi/simulate/wire.ts";

const fleet = await loadFleet(ROOT);

/** A stack of this repository, as it would be made. */
export interface PreviewedStack {
  readonly preview: StackPreview;
  /** The inputs of the one resource of that type and name, with secrets opened. */
  // deno-lint-ignore no-explicit-any
  inputs(type: string, name: string): any;
  /** Every resource's `type name`, but for the stack's, sorted. */
  readonly names: readonly string[];
}

/**
 * Evaluates one stack, and what it needs, offline.
 *
 * @param id `ol-infrastructure-kms:QA`
 * @param overrides Keys in place of the stack's file
 * @throws what went wrong, all in one message
 */
export async function previewStack(
  id: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<PreviewedStack> {
  const previews = await previewFleet(fleet, [id], { overrides: new Map([[id, overrides]]) });
  const preview = previews.at(-1)!;
  const problems = previews.flatMap((one) => one.problems);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const resources = preview.evaluation!.resources.filter(({ type }) =>
    !/^pulumi:pulumi:/.test(type)
  );
  return {
    preview,
    names: resources.map(({ type, name }) => `${type} ${name}`).sort(),
    inputs(type, name) {
      const found = resources.filter((one) => one.type === type && one.name === name);
      if (found.length !== 1) throw new Error(`${found.length} resources are named ${name}`);
      return unwrap(found[0].inputs);
    },
  };
}
