import { z } from "zod";
import { organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";
import type { MasterKey } from "lib/secrets/sops/metadata.ts";
import { connectVault } from "lib/vault/connect.ts";

const Decrypted = z.object({ plaintext: z.base64() });

const plain = (address: string) => address.replace(/\/+$/, "");

/** Whether a Vault is that of `VAULT_ADDR` or, where that is not set, one that `lib/organization.ts` names. */
export function isKnownVault(address: string, env: Env): boolean {
  const given = env("VAULT_ADDR");
  const known = given === undefined
    ? Object.values(organization.environments).map(({ vaultAddress }) => vaultAddress)
    : [given];
  return known.some((one) => plain(one) === plain(address));
}

/**
 * Opens a data key by the transit engine of a Vault.
 *
 * A file names its Vault, and nothing vouches for that name: a login is sent only to a Vault that
 * `VAULT_ADDR` names or, without that, `lib/organization.ts`. SOPS itself sends it anywhere.
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
      "it is not the Vault of VAULT_ADDR or, without that, of lib/organization.ts: no token is sent to it",
    );
  }
  const there: Env = (name) => name === "VAULT_ADDR" ? plain(key.address) : env(name);
  const vault = await connectVault(there, { concurrency: 1 });
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
