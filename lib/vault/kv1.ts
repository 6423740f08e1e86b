/**
 * Secrets of a KV v1 mount, which has neither versions nor check-and-set.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1
 *
 * @module
 */
import { z } from "zod";
import type { VaultClient } from "lib/vault/client.ts";
import type { SecretData } from "lib/vault/kv.ts";

/** Reads a secret; `undefined` where there is none. */
export async function readV1(
  vault: VaultClient,
  mount: string,
  path: string,
): Promise<SecretData | undefined> {
  const answer = await vault.call("GET", `${mount}/${path}`);
  if (answer.status === 404) return undefined;
  const data = z.record(z.string(), z.unknown()).safeParse(answer.data);
  if (answer.status !== 200 || !data.success) throw vault.problem(answer, `read ${mount}/${path}`);
  return data.data;
}

/** Writes a secret over whatever is there; the same again does no harm. */
export async function writeV1(
  vault: VaultClient,
  mount: string,
  path: string,
  data: SecretData,
): Promise<void> {
  const answer = await vault.call("POST", `${mount}/${path}`, { body: data });
  if (answer.status !== 200 && answer.status !== 204) {
    throw vault.problem(answer, `write ${mount}/${path}`);
  }
}
