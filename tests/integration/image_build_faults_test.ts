import assert from "node:assert/strict";
import { DEBIAN_12, ensureBase } from "lib/images/base.ts";
import { openWorkspace } from "lib/images/build.ts";
import { Janitor } from "lib/images/janitor.ts";
import { bootContainer } from "lib/images/nspawn.ts";
import { build, findPacker } from "lib/images/packer.ts";
import { REPOSITORY } from "lib/images/prepare.ts";
import { unpackBase } from "lib/images/workspace.ts";
import { Problem } from "lib/schema/problem.ts";
import { task as buildImage } from "tasks/build_image.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { machineTest, processesIn } from "tests/support/machines.ts";

const options = { sanitizeResources: false, sanitizeOps: false };

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "build-faults-" });
  try {
    await run(folder);
    assert.deepEqual(await processesIn(folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

machineTest(
  [],
  "without Packer a build says what to run, before anything is made",
  () =>
    withFolder(async (folder) => {
      const io = fakeIo({ env: { PATH: "/nonexistent", HOME: folder, XDG_CACHE_HOME: folder } });
      const { code, stderr } = await runWith(buildImage, ["vault", "--out", folder], io);
      assert.equal(code, 1);
      assert.match(stderr, /^error: .*packer.*deno task setup/m);
      assert.deepEqual(await namesIn(folder), []);
    }),
  options,
);

machineTest(
  ["packer", "packer-plugin-amazon"],
  "a build that Packer passes over is a failure",
  () =>
    withFolder(async (folder) => {
      await using janitor = new Janitor();
      const nothing = build(await findPacker(), {
        folder: `${REPOSITORY}/images/vault`,
        // @ts-expect-error -- no builder of the template
        only: "null.nothing",
        variables: {},
        manifest: `${folder}/manifest.json`,
        onLine: () => {},
        janitor,
      });
      await assert.rejects(nothing, (error) => {
        assert.ok(error instanceof Problem, String(error));
        assert.match(error.message, /No builds to run/);
        return true;
      });
    }),
  options,
);

machineTest(
  [],
  "a base that was changed since it was made is refused",
  () =>
    withFolder(async (folder) => {
      await using janitor = new Janitor();
      const base = `${folder}/base.tar`;
      await Deno.writeFile(base, new Uint8Array(10_240));
      await Deno.writeTextFile(`${base}.sha256`, `${"0".repeat(64)}\n`);
      await assert.rejects(
        unpackBase(base, `${folder}/root`, janitor),
        /base\.tar is not the base that was made here .*: remove it to have it made again/,
      );
    }),
  options,
);

machineTest(
  [],
  "a machine that never answers is ended, and its last words are shown",
  () =>
    withFolder(async (folder) => {
      const janitor = new Janitor();
      const workspace = await openWorkspace(folder, janitor);
      const cache = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}`;
      const base = await ensureBase(
        DEBIAN_12,
        `${cache}/infrastructure-images`,
        janitor,
        () => {},
      );
      const root = `${workspace.folder}/rootfs`;
      await unpackBase(base, root, janitor);
      await Deno.remove(`${root}/usr/sbin/sshd`);
      const boot = bootContainer(root, workspace.key, { ...workspace, within: 4000 });
      await assert.rejects(boot, /does not answer ssh; its console ends: \S/);
      await janitor[Symbol.asyncDispose]();
      assert.deepEqual(await namesIn(folder), []);
    }),
  options,
);

machineTest(
  [],
  "what a killed build and its killed janitor left is gone with the next build",
  () =>
    withFolder(async (folder) => {
      const killed = new Janitor();
      const { folder: left } = await openWorkspace(folder, killed);
      const sleeper = await killed.spawn("sleep", ["600"], { env: { IMAGE_BUILD: left } });
      Deno.kill(killed.pid, "SIGKILL");
      await using living = new Janitor();
      const { folder: kept } = await openWorkspace(folder, living);
      const { success } = await sleeper.status;
      assert.equal(success, false);
      await using third = new Janitor();
      const { folder: own } = await openWorkspace(folder, third);
      assert.deepEqual(
        await namesIn(folder),
        [kept, own].map((path) => path.slice(folder.length + 1)).sort(),
      );
      await living[Symbol.asyncDispose]();
      await third[Symbol.asyncDispose]();
      await killed[Symbol.asyncDispose]().catch(() => {});
    }),
  options,
);
