import { readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { VaultClient } from "lib/vault/client.ts";

/**
 * Connects by the variables that the Vault CLI uses: `VAULT_ADDR`, `VAULT_TOKEN` (else `~/.vault-token`),
 * `VAULT_NAMESPACE`, `VAULT_CACERT`.
 *
 * @param env Reads an environment variable
 * @param fallback The address where `VAULT_ADDR` is not set
 * @throws {Problem} when there is no token; {@linkcode VaultProblem} when the server cannot be used
 */
export async function connectVault(
  env: (name: string) => string | undefined,
  fallback: string,
  signal?: AbortSignal,
): Promise<VaultClient> {
  const address = env("VAULT_ADDR") ?? fallback;
  if (!/^https?:\/\/[^/]+\/?$/.test(address)) {
    throw new Problem(
      `VAULT_ADDR "${address}" is no address such as https://vault.example.com:8200`,
    );
  }
  const home = env("HOME");
  const helper = home === undefined
    ? undefined
    : await Deno.readTextFile(`${home}/.vault-token`).catch(() => undefined);
  const token = env("VAULT_TOKEN") ?? helper?.trim();
  if (!token) throw new Problem("There is no Vault token: set VAULT_TOKEN, or run vault login");
  const bundle = env("VAULT_CACERT");
  const namespace = env("VAULT_NAMESPACE");
  const client = new VaultClient({
    address,
    token,
    ...(namespace ? { namespace } : {}),
    ...(bundle ? { caCertificate: await readText(bundle) } : {}),
    ...(signal ? { signal } : {}),
  });
  await client.check();
  return client;
}
