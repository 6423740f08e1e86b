/** How to wait for a lock. */
export interface LockOptions {
  /** Ends the wait when aborted. */
  readonly signal?: AbortSignal;
  /** Told once who holds the lock, when there is a wait. */
  readonly onWait?: (owner: string) => void;
}

/** How often a held lock is tried again, in milliseconds. */
const RETRY = 200;

/**
 * Runs a function while holding a lock file, of which there is one holder on this machine.
 *
 * The lock is the operating system's (`flock`): it ends with its holder, however that ends, so there
 * is no stale one. The file holds its last owner's process id and is never removed.
 *
 * @param path The lock file; its folder has to exist
 * @throws whatever `fn` throws, or the signal's reason
 */
export async function withLock<T>(
  path: string,
  fn: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, onWait } = options;
  using file = await Deno.open(path, { create: true, read: true, write: true });
  for (let told = false; !await file.tryLock(true);) {
    signal?.throwIfAborted();
    if (!told) {
      told = true;
      onWait?.((await Deno.readTextFile(path)).trim() || "unknown");
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
  signal?.throwIfAborted();
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return await fn();
}
