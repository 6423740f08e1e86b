import assert from "node:assert/strict";
import { execOrThrow } from "lib/cli/exec.ts";
import { readCommit, requireCommit } from "lib/images/commit.ts";

async function workTree(test: (root: string, head: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const git = (...words: string[]) =>
      execOrThrow("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.c", ...words]);
    await git("init", "-q");
    await Deno.mkdir(`${root}/images/vault/releases`, { recursive: true });
    await Deno.writeTextFile(`${root}/images/vault/image.ts`, "1");
    await git("add", "-A");
    await git("commit", "-qm", "First");
    await test(root, (await git("rev-parse", "HEAD")).trim());
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a work tree as committed builds for Production, with the records of its releases", async () => {
  await workTree(async (root, head) => {
    await Deno.writeTextFile(`${root}/images/vault/releases/server.qa.json`, "{}");
    assert.equal(await readCommit(root), head);
    await requireCommit(root, "Production");
  });
});

for (
  const [what, file] of [["a change", "images/vault/image.ts"], ["a new file", "infra/x y.ts"]]
) {
  Deno.test(`${what} that is not committed is recorded, and refused for Production`, async () => {
    await workTree(async (root, head) => {
      await Deno.mkdir(`${root}/infra`);
      await Deno.writeTextFile(`${root}/${file}`, "2");
      assert.equal(await readCommit(root), `${head}-dirty`);
      await requireCommit(root, "QA");
      await assert.rejects(
        requireCommit(root, "Production"),
        new RegExp(`differs from its commit: ${file.split("/")[0]}/.*: commit or stash`),
      );
    });
  });
}

Deno.test("a folder without git builds nothing for Production", async () => {
  const root = await Deno.makeTempDir();
  assert.equal(await readCommit(root), "unknown");
  await assert.rejects(requireCommit(root, "Production"), /is no git work tree with a commit/);
  await Deno.remove(root);
});
