import { isDeepStrictEqual } from "node:util";
import { Problem, Problems } from "lib/schema/problem.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";

/** A secret file: which one. */
export interface SecretFileName {
  readonly context: string;
  readonly name: string;
  readonly environment: EnvironmentSuffix;
}

/** `xqwatcher/grader-config.ci.yaml`: relative to `secrets/`, as creation rules see it. */
export function relativePath({ context, name, environment }: SecretFileName): string {
  return `${context}/${name}.${environment}.yaml`;
}

/** An original was changed while its copy was worked on: another edit of the copy does not help. */
export class OvertakenProblem extends Problems {}

/** A copy of secret files that SOPS may write to, since it truncates in place. */
export interface WorkingCopy {
  /** The folder that stands for `secrets/`, with the creation rules. */
  readonly folder: string;
  /**
   * Puts files in the place of their originals, each at once or not at all.
   *
   * @throws {OvertakenProblem} when an original is no longer what was copied; then none is replaced
   */
  commit(paths: readonly string[]): Promise<void>;
}

/**
 * Works on copies of files under `secrets/`, on the same file system; what is not committed is dropped.
 * Only encrypted files ever lie there.
 *
 * @param root The repository's root
 * @param paths Relative to `secrets/`; copied where they exist
 * @throws {Problem} for a file that is a link
 */
export async function withWorkingCopy<T>(
  root: string,
  paths: readonly string[],
  work: (copy: WorkingCopy) => Promise<T>,
): Promise<T> {
  await Deno.mkdir(`${root}/.cache`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${root}/.cache`, prefix: "secrets-" });
  try {
    await Deno.copyFile(`${root}/secrets/.sops.yaml`, `${folder}/.sops.yaml`);
    const originals = new Map<string, Uint8Array | undefined>();
    for (const path of paths) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      const info = await Deno.lstat(`${root}/secrets/${path}`).catch(() => undefined);
      if (info?.isSymlink) {
        throw new Problem(`secrets/${path}: is a link: a secret is a file of its own`);
      }
      const original = info && await Deno.readFile(`${root}/secrets/${path}`);
      originals.set(path, original);
      if (original) await Deno.writeFile(`${folder}/${path}`, original);
    }
    const commit = async (changed: readonly string[]) => {
      await checkUnchanged(root, changed, originals);
      for (const path of changed) await replace(root, folder, path);
    };
    return await work({ folder, commit });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkUnchanged(
  root: string,
  paths: readonly string[],
  originals: ReadonlyMap<string, Uint8Array | undefined>,
): Promise<void> {
  const problems: string[] = [];
  for (const path of paths) {
    const now = await Deno.readFile(`${root}/secrets/${path}`).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (isDeepStrictEqual(now, originals.get(path))) continue;
    problems.push(
      `secrets/${path}: was changed by something else meanwhile, and stays so: run again`,
    );
  }
  if (problems.length > 0) throw new OvertakenProblem(problems);
}

async function replace(root: string, folder: string, path: string): Promise<void> {
  const file = await Deno.open(`${folder}/${path}`, { write: true });
  try {
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.chmod(`${folder}/${path}`, 0o644);
  await Deno.rename(`${folder}/${path}`, `${root}/secrets/${path}`);
}
