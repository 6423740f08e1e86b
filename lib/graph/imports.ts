import { readText } from "lib/schema/parse.ts";

/**
 * The repository's own modules that a module needs, itself included: static imports followed to the
 * end, and dynamic ones of the entry alone, as a manifest loads its own program and never another's.
 *
 * @param root The repository's root
 * @param entry A module, relative to the root
 * @param mapped Folders that the import map gives a name: `lib/`
 * @returns Paths relative to the root, sorted
 */
export async function importsOf(
  root: string,
  entry: string,
  mapped: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const text = await readText(`${root}/${path}`);
    const pattern = path === entry
      ? /(?:\bfrom|\bimport)\s*\(?\s*"([^"\n]+\.ts)"/g
      : /(?:\bfrom|\bimport)\s*"([^"\n]+\.ts)"/g;
    for (const [, specifier] of text.matchAll(pattern)) {
      if (specifier.startsWith(".")) {
        queue.push(new URL(specifier, `file:///${path}`).pathname.slice(1));
      } else if (mapped.some((folder) => specifier.startsWith(folder))) {
        queue.push(specifier);
      }
    }
  }
  return [...found].sort();
}
