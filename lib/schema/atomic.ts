import { dirname } from "node:path";
import { messageOf, Problem } from "lib/schema/problem.ts";

/**
 * Writes a file whole or not at all: to a sibling first, synced, then renamed over it.
 *
 * @param path Where the file shall be; its folder is made
 * @param content Text or bytes
 * @param mode Permission bits, default `0o644`
 * @throws {Problem} when it cannot be written: a folder of that name, a file in the folder's place, no right, no room
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeSynced(partial, content, mode);
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    const why = error instanceof Deno.errors.IsADirectory ? "it is a folder" : messageOf(error);
    throw new Problem(`${path}: cannot be written: ${why}`, { cause: error });
  }
}

async function writeSynced(path: string, content: string | Uint8Array, mode: number) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
  await file.sync();
}
