import { writeAtomically } from "lib/schema/atomic.ts";

/** How a folder differs from what it should hold. */
export interface FileChange {
  /** The file's name. */
  readonly name: string;
  /** What would make it right. */
  readonly change: "add" | "change" | "remove";
}

/**
 * Compares a folder's files with wanted ones; pure but for reading.
 *
 * @param wanted Contents by name
 * @param options.surplus Which files that are not wanted count, to be removed
 * @returns Sorted by name; a folder that is not there is an empty one
 */
export async function compareFiles(
  folder: string,
  wanted: ReadonlyMap<string, string>,
  options: { readonly surplus: (name: string) => boolean },
): Promise<FileChange[]> {
  const held = new Map<string, string>();
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile) held.set(entry.name, await Deno.readTextFile(`${folder}/${entry.name}`));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const changes = [...wanted].flatMap(([name, content]): FileChange[] =>
    !held.has(name)
      ? [{ name, change: "add" }]
      : held.get(name) === content
      ? []
      : [{ name, change: "change" }]
  );
  const surplus = [...held.keys()].filter((name) => !wanted.has(name) && options.surplus(name));
  return [...changes, ...surplus.map((name): FileChange => ({ name, change: "remove" }))]
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Makes a folder's files as wanted: each is written whole or not at all. */
export async function applyChanges(
  folder: string,
  wanted: ReadonlyMap<string, string>,
  changes: readonly FileChange[],
): Promise<void> {
  for (const { name, change } of changes) {
    if (change === "remove") await Deno.remove(`${folder}/${name}`);
    else await writeAtomically(`${folder}/${name}`, wanted.get(name)!);
  }
}
