/** What a bad day does to a deployment: no room, no right to write, another at work, an impatient hand. */
import assert from "node:assert/strict";
import { exec } from "lib/cli/exec.ts";
import {
  formatMarkdown,
  formatOutcomes,
  formatProblems,
  outcomesAsJson,
} from "lib/pulumi/deploy/report.ts";
import { savePlan } from "lib/pulumi/deploy/plan.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { readLocks } from "lib/pulumi/engine/locks.ts";
import { readState } from "lib/pulumi/engine/state.ts";
import { previewFleet, readsOf } from "lib/pulumi/evaluate/fleet.ts";
import { formatTree, previewsAsJson } from "lib/pulumi/evaluate/report.ts";
import { engineTest } from "tests/support/engine.ts";
import { engineFor, type FleetCopy, runStacks, withFleetCopy } from "tests/support/fleet.ts";

const NETWORK = "ol-infrastructure-network:CI";
const XQWATCHER = "ol-application-xqwatcher:CI";
const IDS = [NETWORK, XQWATCHER];
const PROGRAM = "infra/foundation/network/program.ts";

/** Makes the network's program slow: a moment in which something else can happen. */
const slowed = (copy: FleetCopy, milliseconds: number) =>
  copy.edit(PROGRAM, (text) =>
    text
      .replace("(({ config", "(async ({ config")
      .replace(
        "const vpc =",
        `await new Promise((go) => setTimeout(go, ${milliseconds}));\n  const vpc =`,
      ));

engineTest("pulumi", "a secret shows up nowhere but encrypted in the state", async ({ pulumi }) => {
  await withFleetCopy(async (copy) => {
    const canary = `canary-${crypto.randomUUID()}`;
    await copy.edit(PROGRAM, (text) => text.replace("token-of-the-network", canary));
    await copy.edit(
      "infra/applications/xqwatcher/program.ts",
      (text) => text.replace("return {", "console.log(needs.network.token);\n  return {"),
    );
    await copy.commit();
    // Temporary files go where they are looked for.
    const temporary = Deno.env.get("TMPDIR");
    await Deno.mkdir(`${copy.root}/tmp`);
    Deno.env.set("TMPDIR", `${copy.root}/tmp`);
    const argv = watchArguments();
    const fleet = await copy.load();
    const said: string[] = [];
    const engine = {
      ...await engineFor(copy.root, pulumi.path),
      narrate: (_stack: string, text: string) => void said.push(text),
    };
    const previews = await previewFleet(fleet, IDS);
    const tree = previews.map(({ evaluation }) => formatTree(evaluation!.resources));
    said.push(...tree, JSON.stringify(previewsAsJson(previews)));
    const limits = { stacks: 2, classes: {} };
    const run = { fleet, ids: IDS, engine, limits, reads: readsOf(previews) };
    const report = (outcomes: Awaited<ReturnType<typeof savePlan>>["outcomes"]) =>
      said.push(
        formatOutcomes(outcomes, 0),
        ...formatProblems(outcomes),
        formatMarkdown("Run", outcomes, 0),
        JSON.stringify(outcomesAsJson(outcomes, 0)),
      );
    const plan = await savePlan(run, `${copy.root}/.cache/plan`, async (options) => {
      const { of } = await runStacks(fleet, pulumi.path, "preview", IDS, { engine, ...options });
      return IDS.map(of);
    });
    report(plan.outcomes);
    for (const operation of ["up", "refresh", "up"] as const) {
      const { of } = await runStacks(fleet, pulumi.path, operation, IDS, { engine });
      assert.deepEqual(IDS.flatMap((id) => of(id).problems), []);
      report(IDS.map(of));
    }

    temporary === undefined ? Deno.env.delete("TMPDIR") : Deno.env.set("TMPDIR", temporary);
    const lines = await argv.stop();
    assert.ok(lines.some((line) => line.includes(copy.root)), "the runs' arguments were seen");
    assert.ok(!lines.some((line) => line.includes(canary)), "in the arguments of a process");
    assert.deepEqual(said.filter((text) => text.includes(canary)), [], "in what was said");
    const files = (await filesWith(copy.root, canary))
      .filter((path) => !path.startsWith(".git/") && path !== PROGRAM);
    assert.deepEqual(files, [], "in a file");
  });
});

/** Samples every process's arguments until it is stopped. */
function watchArguments(): { stop(): Promise<string[]> } {
  const lines = new Set<string>();
  let going = true;
  const watching = (async () => {
    while (going) {
      for await (const { name } of Deno.readDir("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        for (const file of ["cmdline", "environ"]) {
          lines.add(await Deno.readTextFile(`/proc/${name}/${file}`).catch(() => ""));
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      going = false;
      await watching;
      return [...lines];
    },
  };
}

/** Files below a folder that hold a text, relative to it; `grep` reads binaries too. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const { stdout } = await exec("grep", ["-rlaF", "--", text, folder]);
  return stdout.split("\n")
    .filter((path) => path !== "")
    .map((path) => path.slice(folder.length + 1));
}

engineTest(
  "pulumi",
  "two deployments of one stack at once: one waits its turn or is told who is at work",
  async ({ pulumi }) => {
    await withFleetCopy(async (copy) => {
      await runStacks(await copy.load(), pulumi.path, "up", [NETWORK]);
      await slowed(copy, 3000);
      const fleet = await copy.load();
      const backend = await openSandbox(copy.root);
      const { info } = fleet.stacks.get(NETWORK)!;
      const first = runStacks(fleet, pulumi.path, "up", [NETWORK]);
      for (
        let turn = 0;
        turn < 600 && (await readLocks(backend.stateFolder, info)).length === 0;
        turn++
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const second = await runStacks(fleet, pulumi.path, "up", [NETWORK]);
      assert.equal(second.of(NETWORK).verdict, "failed");
      assert.match(
        second.of(NETWORK).problems.join("\n"),
        /It is locked by \S+@\S+ \(pid \d+\) since .*: wait until that is done/,
      );
      assert.deepEqual((await first).of(NETWORK).problems, []);
      assert.deepEqual(await readLocks(backend.stateFolder, info), []);
    });
  },
);

engineTest(
  "pulumi",
  "an interrupt cancels once, keeps the state whole and leaves no lock",
  async ({ pulumi }) => {
    await withFleetCopy(async (copy) => {
      await slowed(copy, 4000);
      const fleet = await copy.load();
      const controller = new AbortController();
      const engine = await engineFor(copy.root, pulumi.path, controller.signal);
      const { info } = fleet.stacks.get(NETWORK)!;
      const running = runStacks(fleet, pulumi.path, "up", IDS, { engine });
      for (
        let turn = 0;
        turn < 600 && (await readLocks(engine.backend.stateFolder, info)).length === 0;
        turn++
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      controller.abort();
      const { of } = await running;
      assert.notEqual(of(NETWORK).verdict, "done");
      assert.ok(["skipped", "cancelled"].includes(of(XQWATCHER).verdict));
      assert.deepEqual(await readLocks(engine.backend.stateFolder, info), []);
      assert.deepEqual((await readState(engine, fleet.stacks.get(NETWORK)!))!.pending, []);
      const again = await runStacks(fleet, pulumi.path, "up", IDS);
      assert.deepEqual(IDS.flatMap((id) => again.of(id).problems), []);
    });
  },
);

/** Mounts a small file system over the sandbox's state; only root can. */
async function withSmallState(
  copy: FleetCopy,
  size: string,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const { url } = await openSandbox(copy.root);
  const folder = url.slice("file://".length);
  const mounted = await exec("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
  assert.equal(mounted.code, 0, mounted.stderr);
  try {
    await use(folder);
  } finally {
    await exec("umount", [folder]);
  }
}

const MAY_MOUNT = Deno.uid() === 0 &&
  (await exec("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d"])).code === 0;

if (MAY_MOUNT) {
  engineTest(
    "pulumi",
    "a full disk is told, and loses nothing that was there",
    async ({ pulumi }) => {
      await withFleetCopy(async (copy) => {
        await withSmallState(copy, "256k", async (folder) => {
          await runStacks(await copy.load(), pulumi.path, "up", [NETWORK]);
          const engine = await engineFor(copy.root, pulumi.path);
          const fleet = await copy.load();
          const before = await readState(engine, fleet.stacks.get(NETWORK)!);
          await exec("sh", ["-c", `cat /dev/zero > ${folder}/filler`]);
          await copy.edit(
            "infra/foundation/network/Pulumi.CI.yaml",
            (text) => text.replace("10.1.0.0/16", "10.9.0.0/16"),
          );
          const { of } = await runStacks(fleet, pulumi.path, "up", [NETWORK]);
          assert.equal(of(NETWORK).verdict, "failed");
          assert.match(of(NETWORK).problems.join("\n"), /no space left on device/i);
          await Deno.remove(`${folder}/filler`);
          const after = await readState(engine, fleet.stacks.get(NETWORK)!);
          assert.deepEqual(after!.digest, before!.digest);
          const again = await runStacks(fleet, pulumi.path, "up", [NETWORK]);
          assert.deepEqual(again.of(NETWORK).problems, []);
        });
      });
    },
  );

  engineTest("pulumi", "a state that may not be written is told", async ({ pulumi }) => {
    await withFleetCopy(async (copy) => {
      await withSmallState(copy, "1m", async (folder) => {
        const fleet = await copy.load();
        await runStacks(fleet, pulumi.path, "up", [NETWORK]);
        await exec("mount", ["-o", "remount,ro", folder]);
        const { of } = await runStacks(fleet, pulumi.path, "up", [NETWORK]);
        assert.equal(of(NETWORK).verdict, "failed");
        assert.match(of(NETWORK).problems.join("\n"), /read-only file system/i);
      });
    });
  });
} else {
  Deno.test({
    name: "a full or read-only disk (skipped: mounting is not allowed: run as root)",
    ignore: true,
    fn: () => {},
  });
}
