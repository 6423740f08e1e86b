import { Janitor } from "lib/images/janitor.ts";

/** Below a build's folder: the process id of the janitor that will clean it up. */
const OWNER = "janitor.pid";

/** Notes in a build's folder who cleans it up. */
export async function claimFolder(folder: string, janitor: Janitor): Promise<void> {
  await Deno.writeTextFile(`${folder}/${OWNER}`, `${janitor.pid}\n`);
}

/**
 * Removes what builds left whose janitor was killed with them: their processes and their folders.
 * Those whose janitor lives are left alone.
 *
 * @param out Where builds have their folders
 * @returns The folders that are gone now
 */
export async function reapLeftovers(out: string): Promise<string[]> {
  const orphans: string[] = [];
  for await (const entry of readFolder(out)) {
    if (!entry.isDirectory || !entry.name.startsWith(".build-")) continue;
    const folder = `${out}/${entry.name}`;
    const owner = await Deno.readTextFile(`${folder}/${OWNER}`).catch(() => undefined);
    // One without is just being made.
    if (owner !== undefined && !await Janitor.lives(Number(owner))) orphans.push(folder);
  }
  if (orphans.length === 0) return orphans;
  await using janitor = new Janitor();
  for (const folder of orphans) await janitor.remove(folder);
  return orphans;
}

async function* readFolder(path: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
