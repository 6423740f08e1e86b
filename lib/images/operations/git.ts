/** Git work trees. @module */
import { Path } from "lib/images/facts/files.ts";
import { defineFact, type Operation, operation } from "lib/images/operation.ts";
import { absolute } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** A work tree's origin and commit; `null` where there is none. */
export const WorkTree = defineFact<string, { origin: string; commit: string } | null>({
  name: "git.WorkTree",
  command: (path) =>
    sh`if [ -d ${`${path}/.git`} ]; then git -c safe.directory=${path} -C ${path} remote get-url origin; git -c safe.directory=${path} -C ${path} rev-parse HEAD; fi`,
  parse(stdout) {
    const [origin, commit] = stdout.trim().split("\n");
    return origin ? { origin, commit: commit ?? "" } : null;
  },
});

/**
 * Puts a repository's work tree at a commit. Only a full commit id is accepted: what a branch or tag
 * points at can change between two builds.
 *
 * @param options `url`: where to fetch; `dest`: the work tree; `commit`: 40 hex digits; `user`: who
 * owns it (default root)
 * @throws {Problem} for anything but a full commit id, or when `dest` is no directory
 */
export function repo(
  options: { url: string; dest: string; commit: string; user?: string },
): Operation {
  if (!/^[0-9a-f]{40}$/.test(options.commit)) {
    throw new Problem(`${options.url}: "${options.commit}" is not a full commit id`);
  }
  return operation("git.repo", async function* (facts) {
    const dest = absolute(options.dest);
    const { url, commit } = options;
    const info = await facts.fact(Path, dest);
    if (info !== null && info.type !== "directory") throw new Problem(`${dest} is a ${info.type}`);
    const tree = await facts.fact(WorkTree, dest);
    const git = `git -c safe.directory=${quote(dest)} -C ${quote(dest)}`;
    if (tree === null) {
      yield sh`mkdir -p ${dest} && git -C ${dest} init -q && git -C ${dest} remote add origin ${url}`;
    } else if (tree.origin !== url) yield `${git} remote set-url origin ${quote(url)}`;
    if (tree?.commit !== commit) {
      yield { shell: `${git} fetch -q --depth 1 origin ${commit}`, retries: 2 };
      yield `${git} checkout -q --force --detach ${commit}`;
      if (options.user !== undefined) yield sh`chown -R ${options.user} ${dest}`;
    }
  }, { claims: [`path ${options.dest}`] });
}
