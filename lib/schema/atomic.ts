import { Problem } from "lib/schema/problem.ts";

/**
 * Writes a file whole or not at all: to a sibling first, synced, then renamed over it.
 *
 * @param path Where the file shall be; its folder is made
 * @param content Text or bytes
 * @param mode Permission bits, default `0o644`
 * @throws {Problem} where a folder has that name
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const folder = path.replace(/\/[^/]*$/, "");
  if (folder !== "" && folder !== path) await Deno.mkdir(folder, { recursive: true });
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    const file = await Deno.open(partial, { write: true, createNew: true, mode });
    try {
      let written = 0;
      while (written < bytes.length) written += await file.write(bytes.subarray(written));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    if (error instanceof Deno.errors.IsADirectory) {
      throw new Problem(`${path}: is a folder, expected a file`, { cause: error });
    }
    throw error;
  }
}
