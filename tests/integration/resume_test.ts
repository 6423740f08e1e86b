/** What is left after a kill at any moment, and that a resume converges. */
import assert from "node:assert/strict";
import { runFleet } from "lib/pulumi/deploy/deploy.ts";
import { readUnfinished } from "lib/pulumi/deploy/journal.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { readLocks } from "lib/pulumi/engine/locks.ts";
import { countResources } from "lib/pulumi/engine/state.ts";
import { engineTest } from "tests/support/engine.ts";
import { withFleetCopy } from "tests/support/fleet.ts";

const IDS = ["ol-infrastructure-network:CI", "ol-application-xqwatcher:CI"];

/** Deploys the fleet at a root; a process of its own, so that it can be killed. */
const DEPLOY = `
import { runFleet } from "lib/pulumi/deploy/deploy.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
const [root, pulumi] = Deno.args;
const backend = await openSandbox(root);
await runFleet({
  fleet: await loadFleet(root),
  ids: ${JSON.stringify(IDS)},
  operation: "up",
  engine: { root, pulumi, backend, runDir: backend.runs + "/1", narrate: () => {} },
  limits: { stacks: 2, classes: {} },
  observe: () => {},
});
`;

/** Ids of processes whose command line holds the text. */
async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(text) && Number(name) !== Deno.pid) found.push(Number(name));
  }
  return found;
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 600 && !await condition(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

for (const victim of ["scheduler", "pulumi", "host/main.ts"]) {
  engineTest("pulumi", `after SIGKILL of ${victim} a resume converges`, async ({ pulumi }) => {
    await withFleetCopy(async (copy) => {
      const script = `${copy.root}/deploy.ts`;
      await Deno.writeTextFile(script, DEPLOY);
      const config = new URL("../../deno.json", import.meta.url).pathname;
      const scheduler = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--config", config, script, copy.root, pulumi.path],
        stdout: "null",
        stderr: "null",
      }).spawn();
      const backend = await openSandbox(copy.root);
      const fleet = await copy.load();
      const network = fleet.stacks.get(IDS[0])!;
      // The moment at which the CLI holds its lock: something is under way then.
      await waitUntil(async () => (await readLocks(backend.url, network)).length > 0);
      if (victim === "scheduler") scheduler.kill("SIGKILL");
      else if (victim === "pulumi") {
        for (const pid of await processesWith(`${backend.runs}/1/${network.info.project}`)) {
          Deno.kill(pid, "SIGKILL");
        }
      } else {
        const status = await Deno.readTextFile(
          `/proc/${scheduler.pid}/task/${scheduler.pid}/children`,
        )
          .catch(() => "");
        for (const pid of status.trim().split(" ").filter((word) => word !== "").map(Number)) {
          const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
          if (line.includes(victim)) Deno.kill(pid, "SIGKILL");
        }
      }
      await scheduler.status;
      await waitUntil(async () => (await processesWith(copy.root)).length === 0);
      assert.deepEqual(await processesWith(copy.root), [], "nothing is left running");

      const { remaining } = await readUnfinished(backend.runs, "up");
      const outcomes = remaining.length === 0 ? [] : await runFleet({
        fleet,
        ids: remaining,
        operation: "up",
        engine: {
          root: copy.root,
          pulumi: pulumi.path,
          backend,
          runDir: `${backend.runs}/2`,
          narrate: () => {},
        },
        limits: { stacks: 2, classes: {} },
        observe: () => {},
      });
      assert.deepEqual(outcomes.flatMap(({ problems }) => problems), []);
      for (const id of IDS) {
        const stack = fleet.stacks.get(id)!;
        assert.ok(await countResources({ backend } as never, stack) > 5, `${id} is deployed`);
        assert.deepEqual(await readLocks(backend.url, stack), []);
      }
    });
  }, { sanitizeResources: false });
}

Deno.test("a journal whose last line was cut says what is left", async () => {
  const runs = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${runs}/20260101T000000-1`);
    const lines = [
      { kind: "run", operation: "up", ids: ["a", "b", "c"], started: "2026-01-01T00:00:00.000Z" },
      { kind: "started", id: "a" },
      { kind: "settled", id: "a", verdict: "done" },
      { kind: "started", id: "b" },
    ].map((entry) => JSON.stringify(entry));
    await Deno.writeTextFile(
      `${runs}/20260101T000000-1/journal.jsonl`,
      `${lines.join("\n")}\n{"kind":"settled","id":"b","verd`,
    );
    const { remaining } = await readUnfinished(runs, "up");
    assert.deepEqual(remaining, ["b", "c"]);
    await assert.rejects(readUnfinished(runs, "destroy"), /no earlier run to resume/);
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
});
