import { execOrThrow } from "lib/cli/exec.ts";
import { ROOT } from "lib/cli/root.ts";
import { type FleetRun, runFleet, type StackOutcome } from "lib/pulumi/deploy/deploy.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import type { Engine, StackOperation } from "lib/pulumi/engine/run_stack.ts";
import { type Fleet, loadFleet } from "lib/pulumi/fleet.ts";

const FIXTURE = `${ROOT}/tests/fixtures/fleet`;

/** A copy of the fixture's two projects in a folder of its own, to be edited and deployed. */
export interface FleetCopy {
  /** The copy's root. */
  readonly root: string;
  /** Reads the copy anew. */
  load(): Promise<Fleet>;
  /** Makes the copy a git repository, or commits what changed. */
  commit(): Promise<void>;
  /** Changes a file of the copy. */
  edit(path: string, change: (text: string) => string): Promise<void>;
}

/** Makes a copy, hands it over and removes it. */
export async function withFleetCopy(use: (copy: FleetCopy) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "fleet-" });
  try {
    for (const folder of ["infra/foundation/network", "infra/applications/xqwatcher"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
      for await (const entry of Deno.readDir(`${FIXTURE}/${folder}`)) {
        await Deno.copyFile(
          `${FIXTURE}/${folder}/${entry.name}`,
          `${root}/${folder}/${entry.name}`,
        );
      }
    }
    await use({
      root,
      load: () => loadFleet(root),
      async commit() {
        const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
        await Deno.writeTextFile(`${root}/.gitignore`, ".cache/\n");
        for (
          const words of [["init", "-q"], ["add", "-A"], [...identity, "commit", "-qm", "test"]]
        ) {
          await execOrThrow("git", words, { cwd: root });
        }
      },
      async edit(path, change) {
        const before = await Deno.readTextFile(`${root}/${path}`);
        const after = change(before);
        if (after === before) throw new Error(`The edit of ${path} changed nothing`);
        await Deno.writeTextFile(`${root}/${path}`, after);
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** An engine for a sandbox below a root, with logs of its own. */
export async function engineFor(
  root: string,
  pulumi: string,
  signal?: AbortSignal,
): Promise<Engine> {
  const backend = await openSandbox(root);
  const runDir = `${backend.runs}/${crypto.randomUUID()}`;
  return { root, pulumi, backend, runDir, narrate: () => {}, ...(signal ? { signal } : {}) };
}

/** What a run did: the order in which stacks ended, and each one's outcome. */
export interface Ran {
  readonly order: readonly string[];
  of(id: string): StackOutcome;
}

/** Runs an operation over stacks of a fleet, two at a time. */
export async function runStacks(
  fleet: Fleet,
  pulumi: string,
  operation: StackOperation,
  ids: readonly string[],
  options: Partial<FleetRun> = {},
): Promise<Ran> {
  const order: string[] = [];
  const outcomes = await runFleet({
    fleet,
    ids,
    operation,
    engine: await engineFor(fleet.root, pulumi),
    limits: { stacks: 2, classes: {} },
    observe: (id, outcome) => void (outcome && order.push(id)),
    ...options,
  });
  return { order, of: (id) => outcomes.find((outcome) => outcome.id === id)! };
}
