import type { Env } from "lib/schema/env.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { readCreationRules, ruleFor } from "lib/secrets/creation_rules.ts";
import { loadContext } from "lib/secrets/context.ts";
import { runSops } from "lib/secrets/sops/binary.ts";
import { loadStore, readSopsFile, splitMetadata } from "lib/secrets/sops/read.ts";
import type { Branch } from "lib/secrets/sops/tree.ts";
import { verifySecretFile } from "lib/secrets/write/verify.ts";
import {
  relativePath,
  type SecretFileName,
  withWorkingCopy,
} from "lib/secrets/write/working_copy.ts";

/** What rotating means for one file. */
export interface PlannedRotation extends SecretFileName {
  /** Relative to the root. */
  readonly file: string;
  /** Recipients that the creation rule names and the file does not. */
  readonly adds: readonly string[];
  /** Recipients of the file whom the rule does not name any more. */
  readonly removes: readonly string[];
}

/**
 * Compares files with their creation rules; reads no secret, needs no key.
 *
 * @throws {Problems} for files that are no SOPS files or fit no rule
 */
export async function planRotation(
  root: string,
  files: readonly SecretFileName[],
): Promise<PlannedRotation[]> {
  const rules = await readCreationRules(`${root}/secrets`);
  const problems: string[] = [];
  const planned: PlannedRotation[] = [];
  for (const name of files) {
    const file = `secrets/${relativePath(name)}`;
    try {
      const store = loadStore(await Deno.readTextFile(`${root}/${file}`), file);
      const { metadata } = splitMetadata(store, file);
      const held = metadata.groups.flat().map(({ recipient }) => recipient);
      const wanted = ruleFor(rules, relativePath(name))?.groups.flat();
      if (wanted === undefined) throw new Problem(`${file}: no creation rule fits it`);
      planned.push({
        ...name,
        file,
        adds: wanted.filter((recipient) => !held.includes(recipient)),
        removes: held.filter((recipient) => !wanted.includes(recipient)),
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(messageOf(error));
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return planned;
}

/**
 * Gives every file the recipients of its creation rule and a new data key. All are prepared and verified
 * on copies first; only then each takes the place of its original.
 *
 * @param env Where keys are looked for: each file has to open before and after
 * @throws {Problems} when any file does not open, or does not hold the same afterwards; nothing is changed
 */
export async function rotate(
  root: string,
  planned: readonly PlannedRotation[],
  env: Env,
  signal?: AbortSignal,
): Promise<void> {
  const paths = planned.map(relativePath);
  await withWorkingCopy(root, paths, async ({ folder, commit }) => {
    const problems: string[] = [];
    for (const name of planned) {
      const path = relativePath(name);
      try {
        const before = await readSopsFile(`${folder}/${path}`, env, name.file);
        const run = { cwd: folder, ...(signal ? { signal } : {}) };
        await runSops(["updatekeys", "--yes", path], `update the keys of ${name.file}`, run);
        await runSops(["rotate", "--in-place", path], `rotate ${name.file}`, run);
        const context = await loadContext(root, name.context);
        const { opened } = await verifySecretFile(folder, path, context, name.name, env);
        if (!opened) {
          throw new Problem(
            `${name.file}: would no longer open with the keys at hand: have one of its new recipients rotate it`,
          );
        }
        const after = await readSopsFile(`${folder}/${path}`, env, name.file);
        if (canonical(before.documents) !== canonical(after.documents)) {
          throw new Problem(`${name.file}: would not hold the same after its rotation`);
        }
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        signal?.throwIfAborted();
        problems.push(...(error instanceof Problems ? error.messages : [messageOf(error)]));
      }
    }
    if (problems.length > 0) throw new Problems(problems);
    signal?.throwIfAborted();
    await commit(paths);
  });
}

/** Documents as text, to be compared only. */
function canonical(documents: readonly Branch[]): string {
  return JSON.stringify(
    documents,
    (_key, value) => typeof value === "bigint" ? `int:${value}` : value,
  );
}
