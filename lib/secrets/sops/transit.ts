import { z } from "zod";
import { organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";
import type { MasterKey } from "lib/secrets/sops/metadata.ts";
import { connectVault } from "lib/vault/connect.ts";

const Decrypted = z.object({ plaintext: z.base64() });

const plain = (address: string) => address.replace(/\/+$/, "");

/** Whether `VAULT_ADDR` or `lib/organization.ts` names a Vault. */
export function isKnownVault(address: string, env: Env): boolean {
  const known = Object.values(organization.environments).map(({ vaultAddress }) => vaultAddress);
  return [env("VAULT_ADDR") ?? "", ...known].some((one) => plain(one) === plain(address));
}

/**
 * Opens a data key by the transit engine of a Vault.
 *
 * A file names its Vault, and nothing vouches for that name: a login is sent only to a Vault that
 * `VAULT_ADDR` or `lib/organization.ts` names. SOPS itself sends it anywhere.
 *
 * @param env The variables of the Vault CLI
 * @throws {Problem} when that Vault is unknown, does not answer, or does not open it
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/hcvault/keysource.go} `DecryptContext`
 */
export async function openTransitKey(
  key: Extract<MasterKey, { type: "hc_vault" }>,
  env: Env,
): Promise<Uint8Array> {
  if (!isKnownVault(key.address, env)) {
    throw new Problem(
      "neither VAULT_ADDR nor lib/organization.ts names that Vault: no token is sent to it",
    );
  }
  const there: Env = (name) => name === "VAULT_ADDR" ? plain(key.address) : env(name);
  const vault = await connectVault(there, { fallback: plain(key.address), concurrency: 1 });
  try {
    const path = `${key.enginePath}/decrypt/${key.keyName}`;
    const answer = await vault.call("POST", path, { body: { ciphertext: key.enc } });
    if (answer.status !== 200) throw vault.problem(answer, `decrypt with ${key.keyName}`);
    const data = Decrypted.safeParse(answer.data);
    if (!data.success) throw new Problem(`Vault answered without a plaintext`);
    return Uint8Array.fromBase64(data.data.plaintext);
  } finally {
    await vault.close();
  }
}
