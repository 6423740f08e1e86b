import { z } from "zod";
import { Problem } from "lib/schema/problem.ts";
import type { VaultClient } from "lib/vault/client.ts";
import { AmbiguousWrite, readSecret, writeSecret } from "lib/vault/kv.ts";

/** Where a lock is: an entry of a KV v2 mount, taken by check-and-set. */
export interface LockPlace {
  readonly mount: string;
  readonly path: string;
}

/** Minutes that a lock holds where nobody gives it back, as after kill -9. */
const LEASE_MINUTES = 15;

const Entry = z.looseObject({ holder: z.string().default(""), until: z.string().default("") });

/**
 * Reads where a lock shall be.
 *
 * @param place `secret-operations/locks/sync`
 * @throws {Problem} when it is no mount and path
 */
export function parseLockPlace(place: string): LockPlace {
  const [mount, ...path] = place.split("/");
  if (path.length === 0 || path.some((word) => word === "")) {
    throw new Problem(`"${place}" is no place for a lock: say MOUNT/PATH in a KV v2 mount`, {
      exitCode: 2,
    });
  }
  return { mount, path: path.join("/") };
}

/**
 * Does work while nobody else who asks for the same lock does.
 *
 * @param holder Who takes it, for those who then meet it
 * @param work Gets a question that it asks before each write: whether the lock is still held
 * @throws {Problem} when someone else has it, or it cannot be taken
 */
export async function withLock<T>(
  vault: VaultClient,
  { mount, path }: LockPlace,
  holder: string,
  work: (isHeld: () => boolean) => Promise<T>,
  now: () => number = Date.now,
): Promise<T> {
  if (await vault.kvVersion(mount) !== 2) {
    throw new Problem(`Mount ${mount}/ has no check-and-set: keep the lock in a KV v2 mount`);
  }
  const found = await readSecret(vault, mount, path);
  const entry = Entry.safeParse(found.data ?? {});
  const isTaken = entry.success && entry.data.holder !== "" && Date.parse(entry.data.until) > now();
  if (!entry.success || isTaken) {
    const who = entry.success ? `${entry.data.holder} until ${entry.data.until}` : "something else";
    throw new Problem(`The lock ${mount}/${path} is held by ${who}: wait, and run again`);
  }
  const until = now() + LEASE_MINUTES * 60_000;
  const data = { holder, until: new Date(until).toISOString() };
  const taken = await writeSecret(vault, mount, path, data, found.version).catch(async (error) => {
    if (!(error instanceof AmbiguousWrite)) throw error;
    const now = await readSecret(vault, mount, path);
    if (now.data?.holder !== holder) throw error;
    return now.version;
  });
  if (taken === undefined) {
    throw new Problem(`The lock ${mount}/${path} was taken by someone else just now: run again`);
  }
  try {
    return await work(() => now() < until);
  } finally {
    // A lock that cannot be given back ends by itself.
    await writeSecret(vault, mount, path, { holder: "", until: "" }, taken).catch(() => {});
  }
}
