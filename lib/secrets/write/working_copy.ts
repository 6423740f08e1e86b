import { Problem } from "lib/schema/problem.ts";
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

/** A copy of secret files that SOPS may write to, since it truncates in place. */
export interface WorkingCopy {
  /** The folder that stands for `secrets/`, with the creation rules. */
  readonly folder: string;
  /** Puts a file in the place of the original, at once or not at all. */
  commit(path: string): Promise<void>;
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
    for (const path of paths) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      const info = await Deno.lstat(`${root}/secrets/${path}`).catch(() => undefined);
      if (info?.isSymlink) {
        throw new Problem(`secrets/${path}: is a link: a secret is a file of its own`);
      }
      if (info) await Deno.copyFile(`${root}/secrets/${path}`, `${folder}/${path}`);
    }
    return await work({ folder, commit: (path) => commit(root, folder, path) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function commit(root: string, folder: string, path: string): Promise<void> {
  const file = await Deno.open(`${folder}/${path}`, { write: true });
  try {
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.chmod(`${folder}/${path}`, 0o644);
  await Deno.rename(`${folder}/${path}`, `${root}/secrets/${path}`);
}
