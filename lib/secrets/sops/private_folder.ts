/** What the names of such folders begin with. */
const PREFIX = "edit-secret-";

/**
 * Gives work a folder that only this user may enter, in memory where there is such a place, and takes it
 * away again. What runs that were killed left open there is removed first: a run locks its folder as long
 * as it lives.
 *
 * @param places Where it may be, best first; default `/dev/shm`, `XDG_RUNTIME_DIR`, where temporary files go
 */
export async function withPrivateFolder<T>(
  work: (folder: string) => Promise<T>,
  places: readonly (string | undefined)[] = ["/dev/shm", Deno.env.get("XDG_RUNTIME_DIR")],
): Promise<T> {
  const folder = await makeFolder(places);
  // Empty until it is locked: what is empty is left alone.
  using handle = await lockable(folder);
  await handle?.lock(true);
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeFolder(places: readonly (string | undefined)[]): Promise<string> {
  for (const dir of places) {
    if (!dir) continue;
    try {
      await removeAbandoned(dir);
      return await Deno.makeTempDir({ dir, prefix: PREFIX });
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
    }
  }
  return await Deno.makeTempDir({ prefix: PREFIX });
}

async function removeAbandoned(dir: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const folder = `${dir}/${name}`;
    using handle = await lockable(folder);
    if (handle === undefined || !await handle.tryLock(true)) continue;
    const isEmpty = (await Array.fromAsync(Deno.readDir(folder)).catch(() => [])).length === 0;
    if (!isEmpty) await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** A folder, opened for its lock; `undefined` where it is another user's, gone, or the system has no such locks. */
async function lockable(folder: string): Promise<Deno.FsFile | undefined> {
  return await Deno.open(folder).catch(() => undefined);
}

const isOutOfReach = (error: unknown) =>
  error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
  error instanceof Deno.errors.NotCapable;
