import { exec } from "lib/cli/exec.ts";
import type { Environment } from "lib/schema/environment.ts";
import { Problem } from "lib/schema/problem.ts";

const DIRTY = "-dirty";

/**
 * The work tree's commit, with `-dirty` where files differ from it; `unknown` without git. The records of
 * releases make no difference: a build writes them.
 */
export async function readCommit(root: string): Promise<string> {
  const changed = await changedFiles(root);
  if (changed === undefined) return "unknown";
  const head = await exec("git", ["-C", root, "rev-parse", "HEAD"]);
  return head.stdout.trim() + (changed.length === 0 ? "" : DIRTY);
}

/**
 * Refuses for Production what no commit has: nobody could build it again, or see what is in it.
 *
 * @param root The repository
 * @throws {Problem} naming files that differ from the commit
 */
export async function requireCommit(root: string, environment: Environment): Promise<void> {
  if (environment !== "Production") return;
  const changed = await changedFiles(root);
  if (changed?.length === 0) return;
  const what = changed === undefined
    ? `${root} is no git work tree with a commit`
    : `The work tree differs from its commit: ${changed.slice(0, 5).join(", ")}${
      changed.length > 5 ? ` and ${changed.length - 5} more` : ""
    }`;
  throw new Problem(
    `${what}: an AMI for ${environment} is built from a commit: commit or stash what differs, or try it ` +
      "with --env ci",
  );
}

/** Whether a build's `commit` names what it was built from. */
export const isCommitted = (commit: string): boolean =>
  commit !== "unknown" && !commit.endsWith(DIRTY);

/** The files that differ from the work tree's commit; `undefined` without one. */
async function changedFiles(root: string): Promise<string[] | undefined> {
  try {
    const head = await exec("git", ["-C", root, "rev-parse", "HEAD"]);
    if (head.code !== 0) return undefined;
    const status = await exec("git", [
      ...["-C", root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"],
      ...["--", ".", ":(exclude,glob)images/*/releases/**"],
    ]);
    if (status.code !== 0) return undefined;
    return status.stdout.split("\0").filter((line) => line !== "").map((line) => line.slice(3));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
