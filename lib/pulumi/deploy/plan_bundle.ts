import { z } from "zod";
import { canonicalJson, sha256 } from "lib/schema/digest.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import type { Source } from "lib/pulumi/deploy/source.ts";
import type { StackState } from "lib/pulumi/engine/state.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One stack of a plan. */
export const PlannedStack = z.strictObject({
  /** `<project>:<stack>`. */
  id: z.string(),
  /** Pulumi's update plan, a file of the bundle; its secrets are encrypted by the stack's key. */
  file: z.string(),
  sha256: Sha256,
  /** {@linkcode StackState.digest} that the plan was made for. */
  state: Sha256,
  /** SHA-256 of the upstream outputs that it was made from, by stack id and key; unknown ones are left out. */
  upstream: z.record(z.string(), z.record(z.string(), Sha256)),
  /** Configuration keys that the command line set. */
  overrides: z.record(z.string(), z.unknown()),
  /** Resources by what is going to happen to them. */
  changes: z.record(z.string(), z.int()),
});
/** One stack of a plan. */
export type PlannedStack = z.infer<typeof PlannedStack>;

/** A plan: the index file `bundle.json`, beside an update plan for each stack. */
export const PlanBundle = z.strictObject({
  version: z.literal(1),
  created: z.iso.datetime(),
  /** The state's address; `sandbox` for a sandbox. */
  backend: z.string(),
  source: z.strictObject({ commit: z.string(), changes: Sha256.optional() }),
  /** Exact versions of the CLI, Deno and the providers' SDKs. */
  tools: z.record(z.string(), z.string()),
  /** In dependency order. */
  stacks: z.array(PlannedStack),
  /** SHA-256 of all the above: the plan's name, by which it is approved. */
  digest: Sha256,
});
/** A plan. */
export type PlanBundle = z.infer<typeof PlanBundle>;

/** The digest of a bundle's contents. */
export function digestOf({ digest: _digest, ...contents }: Partial<PlanBundle>): Promise<string> {
  return sha256(canonicalJson(contents));
}

/**
 * Reads a plan and makes sure that nobody changed it.
 *
 * @param folder Where `preview --save-plan` wrote it
 * @throws {Problem} when there is none
 * @throws {Problems} when the index or an update plan is not what was written
 */
export async function readBundle(folder: string): Promise<PlanBundle> {
  const path = `${folder}/bundle.json`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readText(path));
  } catch (error) {
    throw new Problem(
      `${folder}: holds no plan (${messageOf(error)}): make one with preview --save-plan`,
      { cause: error },
    );
  }
  const bundle = parseWith(PlanBundle, parsed, path);
  const problems: string[] = [];
  if (await digestOf(bundle) !== bundle.digest) {
    problems.push(`${path}: was changed after it was written: plan again`);
  }
  for (const { file, sha256: expected } of bundle.stacks) {
    const actual = await sha256(await readText(`${folder}/${file}`));
    if (actual !== expected) {
      problems.push(`${folder}/${file}: was changed after it was written: plan again`);
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return bundle;
}

/** What a plan has to agree with before anything is written. */
export interface Circumstances {
  readonly backend: string;
  readonly source: Source;
  readonly tools: Readonly<Record<string, string>>;
}

/** Why a plan does not fit the circumstances; empty when it does. */
export function staleBundle(bundle: PlanBundle, now: Circumstances): string[] {
  const problems: string[] = [];
  if (bundle.backend !== now.backend) {
    problems.push(`The plan was made for ${bundle.backend}, but this is ${now.backend}`);
  }
  if (bundle.source.commit !== now.source.commit) {
    problems.push(
      `The plan was made at commit ${bundle.source.commit.slice(0, 12)}, but this is ${
        now.source.commit.slice(0, 12)
      }: check that commit out, or plan again`,
    );
  } else if (bundle.source.changes !== now.source.changes) {
    problems.push("Files differ from those that the plan was made from: plan again");
  }
  for (const name of new Set([...Object.keys(bundle.tools), ...Object.keys(now.tools)])) {
    const [before, after] = [bundle.tools[name] ?? "absent", now.tools[name] ?? "absent"];
    if (before !== after) {
      problems.push(`The plan was made with ${name} ${before}, but this is ${after}: plan again`);
    }
  }
  return problems;
}

/**
 * Why a stack's plan does not fit what is there; empty when it does.
 *
 * @param state The stack's present state
 * @param upstream Present output digests by stack id; a stack that is missing is not compared
 */
export function staleStack(
  planned: PlannedStack,
  state: StackState | undefined,
  upstream: ReadonlyMap<string, StackState["outputs"]>,
): string[] {
  const problems = Object.entries(planned.upstream).flatMap(([id, keys]) => {
    const outputs = upstream.get(id);
    return outputs === undefined ? [] : Object.keys(keys)
      .filter((key) => outputs[key] !== keys[key])
      .map((key) => `Output "${key}" of ${id} changed after this was planned: plan again`);
  });
  if (state?.digest !== planned.state) {
    problems.push(
      "The state changed after this was planned, or a part of the plan was carried out: plan again",
    );
  }
  return problems;
}
