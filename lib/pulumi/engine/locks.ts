import { z } from "zod";
import { exec } from "lib/cli/exec.ts";
import { lockFolderIn, type StackName } from "lib/pulumi/engine/state_folder.ts";

/** A lock on a stack, as a self-managed backend keeps it. @see https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go */
const LockFile = z.looseObject({
  pid: z.int(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** A lock, and whether its owner can still hold it. */
export interface StackLock {
  readonly path: string;
  /** `root@host (pid 17)`. */
  readonly owner: string;
  /** When it was taken, ISO 8601. */
  readonly since: string;
  /** True only where the owner was a process of this machine that is gone. */
  readonly dead: boolean;
}

/**
 * The locks on a stack whose state is kept as files; none elsewhere.
 *
 * @param folder The backend's
 */
export async function readLocks(
  folder: string | undefined,
  info: StackName,
): Promise<StackLock[]> {
  const locks: StackLock[] = [];
  for (const path of await filesIn(folder, info)) {
    if (!path.endsWith(".json")) continue;
    // The owner may have released it since the folder was listed.
    const text = await Deno.readTextFile(path).catch(() => undefined);
    const lock = text === undefined ? undefined : LockFile.safeParse(parseJson(text)).data;
    if (lock === undefined) continue;
    const isLocal = lock.hostname === Deno.hostname();
    locks.push({
      path,
      owner: `${lock.username}@${lock.hostname} (pid ${lock.pid})`,
      since: lock.timestamp,
      dead: isLocal && !await isRunning(lock.pid),
    });
  }
  return locks;
}

async function filesIn(state: string | undefined, stack: StackName): Promise<string[]> {
  if (state === undefined) return [];
  const folder = lockFolderIn(state, stack);
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isFile }) => isFile).map(({ name }) => `${folder}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A half-written lock is as good as none: its owner writes it before it does anything. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says whether a process runs. A zombie has ended; it only waits for its parent to notice. */
const RUNS = `if [ -e /proc/self/status ]
then [ -e "/proc/$1" ] && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"
else kill -0 "$1" 2>/dev/null
fi`;

/** Deno itself lets nobody read `/proc` who may not do everything. */
async function isRunning(pid: number): Promise<boolean> {
  const { code } = await exec("sh", ["-c", RUNS, "sh", String(pid)]);
  return code === 0;
}

/**
 * Removes the locks of owners that are provably dead, and what a full disk left of one: the CLI cannot
 * read a folder with a half-written lock in it.
 *
 * @returns What was removed
 */
export async function breakDeadLocks(
  folder: string | undefined,
  info: StackName,
): Promise<StackLock[]> {
  const dead = (await readLocks(folder, info)).filter((lock) => lock.dead);
  for (const { path } of dead) await Deno.remove(path);
  for (const path of await halfWritten(folder, info)) await Deno.remove(path);
  return dead;
}

/** Milliseconds that a writer gets: what is still half-written then has none. */
const WRITING = 2000;

async function halfWritten(
  folder: string | undefined,
  info: StackName,
): Promise<string[]> {
  const paths: string[] = [];
  for (const path of await filesIn(folder, info)) {
    if (!path.endsWith(".tmp")) continue;
    await new Promise((resolve) => setTimeout(resolve, WRITING));
    if (await Deno.stat(path).then(() => true, () => false)) paths.push(path);
  }
  return paths;
}
