/** The hook as git runs it, in a clone of this repository. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { exec, execOrThrow } from "lib/cli/exec.ts";

const isGit = await Deno.stat(`${ROOT}/.git`).then(() => true, () => false);

Deno.test({
  name: "the hook stops a commit with an open secret, and lets any other pass",
  ignore: !isGit,
  async fn() {
    const folder = await Deno.makeTempDir();
    const root = `${folder}/clone`;
    const git = (...args: string[]) => exec("git", args, { cwd: root });
    try {
      await execOrThrow("git", ["clone", "--quiet", "--shared", ROOT, root]);
      for (
        const [key, value] of [["user.name", "A"], ["user.email", "a@example.com"], [
          "core.hooksPath",
          ".githooks",
        ]]
      ) {
        await git("config", key, value);
      }
      const path = "secrets/xqwatcher/grader-config.ci.yaml";
      const sound = await Deno.readTextFile(`${root}/${path}`);
      await Deno.writeTextFile(`${root}/${path}`, "password: canary\n");
      await git("add", "-A");
      // The working tree is sound again, but what is staged is not.
      await Deno.writeTextFile(`${root}/${path}`, sound);
      const stopped = await git("commit", "--quiet", "-m", "open");
      assert.equal(stopped.code, 1, stopped.stderr);
      const said = stopped.stdout + stopped.stderr;
      assert.match(said, /grader-config\.ci\.yaml: is not encrypted: .*\(not-encrypted\)/);
      assert.doesNotMatch(said, /canary/);

      await Deno.writeTextFile(`${root}/notes.md`, "Nothing to hide.\n");
      await git("add", "-A");
      const passed = await git("commit", "--quiet", "-m", "closed");
      assert.equal(passed.code, 0, passed.stderr);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
