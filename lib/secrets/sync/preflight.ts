import { Problems } from "lib/schema/problem.ts";
import type { PlannedSecret } from "lib/secrets/sync/plan.ts";
import type { VaultClient } from "lib/vault/client.ts";

/** How notes can be written, by `mount/path`. */
export type Merges = ReadonlyMap<string, "patch" | "replace">;

/**
 * Makes sure that the token may do all that is planned before any of it is done.
 *
 * @param pending Of one environment
 * @throws {Problems} one line for each secret that it may not write
 */
export async function preflight(
  vault: VaultClient,
  pending: readonly PlannedSecret[],
): Promise<Merges> {
  const needs = pending.map((secret) => ({ secret, ...needsOf(secret) }));
  const held = await vault.capabilities(
    [...new Set(needs.flatMap(({ write, note }) => [write?.path ?? [], note ?? []].flat()))],
  );
  const may = (path: string, ...any: string[]) =>
    held.get(path)?.some((name) => name === "root" || any.includes(name)) ?? false;
  const merges = new Map<string, "patch" | "replace">();
  const problems: string[] = [];
  for (const { secret: { mount, path }, write, note } of needs) {
    if (write && !may(write.path, ...write.any)) {
      problems.push(
        `Vault does not allow the token to write ${write.path}: it needs ${write.any.join(" or ")}`,
      );
    }
    if (note === undefined) continue;
    if (may(note, "patch")) merges.set(`${mount}/${path}`, "patch");
    else if (may(note, "update")) merges.set(`${mount}/${path}`, "replace");
    else {
      problems.push(
        `Vault does not allow the token to write ${note}: it needs patch or update, to note whose it is`,
      );
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return merges;
}

function needsOf(
  { action, mount, path, kv }: PlannedSecret,
): { write?: { path: string; any: string[] }; note?: string } {
  if (kv === 1) {
    return { write: { path: `${mount}/${path}`, any: [action === "add" ? "create" : "update"] } };
  }
  const note = `${mount}/metadata/${path}`;
  switch (action) {
    case "delete":
      return { write: { path: `${mount}/delete/${path}`, any: ["update", "create"] } };
    case "claim":
      return { note };
    case "add":
      return { write: { path: `${mount}/data/${path}`, any: ["create"] }, note };
    default:
      return { write: { path: `${mount}/data/${path}`, any: ["update"] }, note };
  }
}
