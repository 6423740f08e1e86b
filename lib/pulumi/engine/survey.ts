import { z } from "zod";
import { execOrThrow } from "lib/cli/exec.ts";
import { count, formatDuration } from "lib/cli/table.ts";
import { readLocks, type StackLock } from "lib/pulumi/engine/locks.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import { type PendingOperation, readState, readStateFile } from "lib/pulumi/engine/state.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";

/** A stack that has state, and what a person should know of it. */
export interface SurveyedStack {
  /** `<project>:<stack>`. */
  readonly id: string;
  readonly resources: number;
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
  const names = backend.stateFile ? await stacksInFiles(backend.url) : await listStacks(surveyor);
  const surveyed: SurveyedStack[] = [];
  for (const { project, name } of names) {
    const id = `${project}:${name}`;
    const known = fleet.stacks.get(id);
    const path = backend.stateFile?.(project, name);
    const state = path === undefined
      ? known && await readState(surveyor, known)
      : await readStateFile(path);
    surveyed.push({
      id,
      resources: state?.resources ?? 0,
      locks: await readLocks(backend.url, { project, name }),
      pending: state?.pending ?? [],
      orphan: known === undefined,
    });
  }
  return surveyed.sort((a, b) => a.id < b.id ? -1 : 1);
}

interface StackName {
  readonly project: string;
  readonly name: string;
}

async function stacksInFiles(url: string): Promise<StackName[]> {
  const folder = `${url.slice("file://".length)}/.pulumi/stacks`;
  const names: StackName[] = [];
  for (const project of await entriesOf(folder)) {
    for (const file of await entriesOf(`${folder}/${project}`)) {
      const name = /^(.+)\.json$/.exec(file)?.[1];
      if (name !== undefined) names.push({ project, name });
    }
  }
  return names;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What `pulumi stack ls --all --json` prints: `organization/<project>/<stack>`. */
const ListedStacks = z.array(z.looseObject({ name: z.string() }));

async function listStacks({ backend, pulumi, root }: Surveyor): Promise<StackName[]> {
  const text = await execOrThrow(pulumi, ["stack", "ls", "--all", "--json"], {
    cwd: root,
    env: { ...backend.env },
  });
  return ListedStacks.parse(JSON.parse(text)).flatMap(({ name: fullName }) => {
    const [, project, name] = fullName.split("/");
    return name === undefined ? [] : [{ project, name }];
  });
}

/** What a survey found, one line each, with what to do; empty when all is well. */
export function describeSurvey(stacks: readonly SurveyedStack[], now = Date.now()): string[] {
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
        `${id}: ${kind} ${resource} was begun and never ended: see whether it is there, then run deno task pulumi ${project} ${stack} -- refresh --import-pending-creates or --clear-pending-creates`
      ),
      ...(orphan
        ? [
          `${id}: has ${
            count(resources, "resource")
          }, but no project here has this stack: destroy it with the commit that had it, or run pulumi stack rm`,
        ]
        : []),
    ];
  });
}
