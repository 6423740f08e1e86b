import { z } from "zod";
import { execOrThrow } from "lib/cli/exec.ts";
import { count, formatDuration } from "lib/cli/table.ts";
import { readLocks, type StackLock } from "lib/pulumi/engine/locks.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import { type PendingOperation, readState, readStateFile } from "lib/pulumi/engine/state.ts";
import { type StackName, stacksInFolder, stateFileIn } from "lib/pulumi/engine/state_folder.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";

/** A stack that has state, and what a person should know of it. */
export interface SurveyedStack {
  /** `<project>:<stack>`. */
  readonly id: string;
  /** Absent where nobody can tell. */
  readonly resources?: number;
  readonly locks: readonly StackLock[];
  /** What was begun and whose end was never written. */
  readonly pending: readonly PendingOperation[];
  /** Whether no project of the repository has it. */
  readonly orphan: boolean;
}

/** What is needed to look at a backend. */
export type Surveyor = Pick<Engine, "backend" | "pulumi" | "root">;

/**
 * Looks at every stack that a backend holds. Locks can be seen only where the state is files.
 *
 * @returns Sorted by id
 * @throws {Problem} when the backend cannot be reached, or a state cannot be read
 */
export async function surveyStacks(fleet: Fleet, surveyor: Surveyor): Promise<SurveyedStack[]> {
  const { backend } = surveyor;
  const { stateFolder } = backend;
  const names: ListedStack[] = stateFolder === undefined
    ? await listStacks(surveyor)
    : await stacksInFolder(stateFolder);
  const surveyed: SurveyedStack[] = [];
  for (const { project, name, resourceCount } of names) {
    const id = `${project}:${name}`;
    const known = fleet.stacks.get(id);
    const state = stateFolder === undefined
      ? known && await readState(surveyor, known)
      : await readStateFile(stateFileIn(stateFolder, { project, name }));
    surveyed.push({
      id,
      resources: state?.resources ?? resourceCount,
      locks: await readLocks(stateFolder, { project, name }),
      pending: state?.pending ?? [],
      orphan: known === undefined,
    });
  }
  return surveyed.sort((a, b) => a.id < b.id ? -1 : 1);
}

/** What `pulumi stack ls --all --json` prints: `organization/<project>/<stack>`. */
const ListedStacks = z.array(
  z.looseObject({ name: z.string(), resourceCount: z.int().optional() }),
);

interface ListedStack extends StackName {
  readonly resourceCount?: number;
}

async function listStacks({ backend, pulumi, root }: Surveyor): Promise<ListedStack[]> {
  const text = await execOrThrow(pulumi, ["stack", "ls", "--all", "--json"], {
    cwd: root,
    env: { ...backend.env },
  });
  return ListedStacks.parse(JSON.parse(text)).flatMap(({ name: fullName, resourceCount }) => {
    const [, project, name] = fullName.split("/");
    return name === undefined ? [] : [{ project, name, resourceCount }];
  });
}

/**
 * What a survey found, one line each, with what to do; empty when all is well.
 *
 * @param isSandbox Whether the stacks are a sandbox's
 */
export function describeSurvey(
  stacks: readonly SurveyedStack[],
  isSandbox: boolean,
  now = Date.now(),
): string[] {
  return stacks.flatMap(({ id, resources, locks, pending, orphan }) => {
    const [project, stack] = id.split(":");
    return [
      ...locks.map(({ owner, since, dead }) =>
        `${id}: locked by ${owner} for ${formatDuration(now - Date.parse(since))}: ${
          dead
            ? "that process has ended: run deno task doctor --break-locks"
            : "wait, or run deno task doctor --break-locks --force if you know that it ended"
        }`
      ),
      ...pending.map(({ kind, resource }) =>
        `${id}: ${kind} ${resource} was begun and never ended: ${
          isSandbox
            ? "remove .cache/sandbox"
            : `see whether it is there, then run deno task pulumi ${project} ${stack} -- refresh --import-pending-creates or --clear-pending-creates`
        }`
      ),
      ...(orphan
        ? [
          `${id}: has ${
            resources === undefined ? "state" : count(resources, "resource")
          }, but no project here has this stack: ${
            isSandbox
              ? "remove .cache/sandbox"
              : "destroy it with the commit that had it, or run pulumi stack rm"
          }`,
        ]
        : []),
    ];
  });
}
