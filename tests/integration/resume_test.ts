/** What is left after a kill at any moment, and that a resume converges. */
import assert from "node:assert/strict";
import { beginJournal, readOwed, readUnfinished } from "lib/pulumi/deploy/journal.ts";
import { kill } from "lib/cli/exec.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { readLocks } from "lib/pulumi/engine/locks.ts";
import { readState } from "lib/pulumi/engine/state.ts";
import { engineTest } from "tests/support/engine.ts";
import { runStacks, withFleetCopy } from "tests/support/fleet.ts";

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

/** Which process is killed, and when: at once when the CLI holds its lock, or after so many milliseconds. */
interface Kill {
  readonly victim: "scheduler" | "pulumi" | "host/main.ts";
  readonly after?: number;
}

/** Kills one process of a deployment, and resumes: everything is deployed, no lock is left. */
async function killAndResume(pulumi: string, { victim, after }: Kill): Promise<void> {
  await withFleetCopy(async (copy) => {
    const script = `${copy.root}/deploy.ts`;
    await Deno.writeTextFile(script, DEPLOY);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const scheduler = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--config", config, script, copy.root, pulumi],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const backend = await openSandbox(copy.root);
    const fleet = await copy.load();
    const network = fleet.stacks.get(IDS[0])!;
    if (after !== undefined) await new Promise((resolve) => setTimeout(resolve, after));
    else {await waitUntil(async () =>
        (await readLocks(backend.stateFolder, network.info)).length > 0
      );}
    if (victim === "scheduler") kill(scheduler, "SIGKILL");
    else {
      const marks = victim === "pulumi"
        ? [`${backend.runs}/1/${network.info.project}`, `${backend.runs}/1/ol-application`]
        : [`${victim}`];
      const below = victim === "pulumi" ? undefined : await childrenOf(scheduler.pid);
      for (const mark of marks) {
        for (const pid of await processesWith(mark)) {
          if (below === undefined || below.includes(pid)) killIfThere(pid);
        }
      }
    }
    await scheduler.status;
    await waitUntil(async () => (await processesWith(copy.root)).length === 0);
    assert.deepEqual(await processesWith(copy.root), [], "nothing is left running");

    // Killed before it wrote its journal, it left nothing to resume: that is a first deployment.
    const { remaining } = await readUnfinished(backend.runs, "up", backend.url).catch(() => ({
      remaining: IDS,
    }));
    const { order, of } = await runStacks(fleet, pulumi, "up", remaining);
    assert.deepEqual(order.flatMap((id) => of(id).problems), []);
    for (const id of IDS) {
      const stack = fleet.stacks.get(id)!;
      const state = await readState({ backend, pulumi }, stack);
      assert.ok(state!.resources >= 5, `${id} is deployed`);
      assert.deepEqual(state!.pending, [], `${id} has nothing pending`);
      assert.deepEqual(await readLocks(backend.stateFolder, stack.info), []);
    }
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return text.trim().split(" ").filter((word) => word !== "").map(Number);
}

function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const VICTIMS = ["scheduler", "pulumi", "host/main.ts"] as const;

for (const victim of VICTIMS) {
  engineTest(
    "pulumi",
    `after SIGKILL of ${victim} a resume converges`,
    ({ pulumi }) => killAndResume(pulumi.path, { victim }),
    { sanitizeResources: false },
  );
}

/** How many random kills; 20 is what the promise was tried with: `KILLS=20 deno test -A <this file>`. */
const KILLS = Number(Deno.env.get("KILLS") ?? 4);

engineTest(
  "pulumi",
  `after ${KILLS} SIGKILLs of anything at any moment a resume converges`,
  async ({ pulumi }, t) => {
    for (let number = 0; number < KILLS; number++) {
      const victim = VICTIMS[Math.floor(Math.random() * VICTIMS.length)];
      const after = Math.floor(Math.random() * 5000);
      await t.step(
        `${victim} after ${after} ms`,
        () => killAndResume(pulumi.path, { victim, after }),
      );
    }
  },
  { sanitizeResources: false },
);

Deno.test("a journal whose last line was cut says what is left", async () => {
  const runs = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${runs}/20260101T000000-1`);
    const started = "2026-01-01T00:00:00.000Z";
    const lines = [
      { kind: "run", operation: "up", backend: "file:///a", ids: ["a", "b", "c"], started },
      { kind: "started", id: "a" },
      { kind: "settled", id: "a", verdict: "done" },
      { kind: "started", id: "b" },
    ].map((entry) => JSON.stringify(entry));
    await Deno.writeTextFile(
      `${runs}/20260101T000000-1/journal.jsonl`,
      `${lines.join("\n")}\n{"kind":"settled","id":"b","verd`,
    );
    const { remaining } = await readUnfinished(runs, "up", "file:///a");
    assert.deepEqual(remaining, ["b", "c"]);
    assert.deepEqual(await readOwed(runs, "file:///a"), new Set(["b", "c"]));
    await assert.rejects(
      readUnfinished(runs, "destroy", "file:///a"),
      /no earlier run at file:\/\/\/a to resume/,
    );
    await assert.rejects(readUnfinished(runs, "up", "file:///b"), /no earlier run at/);
    assert.deepEqual(await readOwed(runs, "file:///b"), new Set());

    const again = await beginJournal(`${runs}/20260102T000000-1`, {
      operation: "up",
      backend: "file:///a",
      ids: ["b"],
    });
    again.start("b");
    again.settle("b", "unchanged");
    again.close();
    assert.deepEqual(await readOwed(runs, "file:///a"), new Set(["c"]));
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
});
