import { exec } from "lib/cli/exec.ts";
import { Problem } from "lib/schema/problem.ts";

/** The folder of the hooks that the repository brings along. */
const HOOKS = ".githooks";

/**
 * Makes git run the repository's own hooks.
 *
 * @returns What was done, in a sentence
 * @throws {Problem} where hooks of someone else would be shut out
 */
export async function installHook(root: string): Promise<string> {
  const git = (...args: string[]) => exec("git", args, { cwd: root });
  const { code, stdout: folder, stderr } = await git("rev-parse", "--git-path", "hooks");
  if (code !== 0) throw new Problem(`git finds no repository in ${root}: ${stderr.trim()}`);
  const configured = (await git("config", "core.hooksPath")).stdout.trim();
  if (configured === HOOKS) return `git runs ${HOOKS}/pre-commit already`;
  if (configured !== "") {
    throw new Problem(
      `core.hooksPath is ${configured}: call ${HOOKS}/pre-commit from the pre-commit hook there`,
    );
  }
  const path = folder.trim().startsWith("/") ? folder.trim() : `${root}/${folder.trim()}`;
  const own: string[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) if (!name.endsWith(".sample")) own.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (own.length > 0) {
    throw new Problem(
      `${path} holds ${own.sort().join(", ")}, which core.hooksPath would shut out: call ` +
        `${HOOKS}/pre-commit from a pre-commit hook there`,
    );
  }
  const set = await git("config", "core.hooksPath", HOOKS);
  if (set.code !== 0) throw new Problem(`git config failed: ${set.stderr.trim()}`);
  return `git runs ${HOOKS}/pre-commit from now on`;
}
