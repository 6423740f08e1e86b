import { exec, execOrThrow } from "lib/cli/exec.ts";
import { sha256 } from "lib/schema/digest.ts";
import { readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { pulumiPackages } from "lib/pulumi/packages.ts";

/** What a plan was made from. */
export interface Source {
  /** The git commit, in full. */
  readonly commit: string;
  /** SHA-256 of what differs from the commit, untracked files included; absent when nothing does. */
  readonly changes?: string;
}

/**
 * The repository's commit, and a digest of what is not committed.
 *
 * @throws {Problem} outside a git repository
 */
export async function readSource(root: string): Promise<Source> {
  const { code, stdout } = await exec("git", ["rev-parse", "HEAD"], { cwd: root });
  if (code !== 0) {
    throw new Problem(`${root} is no git repository with a commit: a plan is bound to one`);
  }
  const commit = stdout.trim();
  const differs = await execOrThrow("git", ["diff", "HEAD", "--binary"], { cwd: root });
  const listed = await execOrThrow("git", ["ls-files", "-z", "--others", "--exclude-standard"], {
    cwd: root,
  });
  const untracked: string[] = [];
  for (const path of listed.split("\0").filter((path) => path !== "").sort()) {
    untracked.push(path, await sha256(await readText(`${root}/${path}`)));
  }
  if (differs === "" && untracked.length === 0) return { commit };
  return { commit, changes: await sha256([differs, ...untracked].join("\0")) };
}

/** Exact versions of what carries a plan out: the CLI, Deno, each provider's SDK. */
export async function readTools(pulumi: string): Promise<Record<string, string>> {
  const version = (await execOrThrow(pulumi, ["version"])).trim();
  const packages = (await pulumiPackages()).map(({ name, version }) => [name, version]);
  return { pulumi: version, deno: Deno.version.deno, ...Object.fromEntries(packages) };
}
