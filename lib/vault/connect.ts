import type { Env } from "lib/schema/env.ts";
import { readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { chooseAuth } from "lib/vault/auth/choose.ts";
import { VaultClient } from "lib/vault/client.ts";
import { VaultHttp } from "lib/vault/http.ts";
import { delay } from "lib/vault/limiter.ts";
import { VaultSession } from "lib/vault/session.ts";

/** How a connection is used. */
export interface ConnectOptions {
  /** Requests at once, at most; default 32. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects by the variables that the Vault CLI uses: `VAULT_ADDR`, `VAULT_NAMESPACE`, `VAULT_CACERT`; and
 * logs in as {@linkcode chooseAuth} says.
 *
 * @param env Reads an environment variable
 * @throws {Problem} when something is not set; {@linkcode VaultProblem} when the server cannot be used
 */
export async function connectVault(
  env: Env,
  { concurrency, signal }: ConnectOptions = {},
): Promise<VaultClient> {
  const address = env("VAULT_ADDR") ?? "";
  if (!/^https?:\/\/[^/]+\/?$/.test(address)) {
    throw new Problem(
      `VAULT_ADDR "${address}" is no address such as https://vault.example.com:8200`,
    );
  }
  const method = await chooseAuth(env);
  const bundle = env("VAULT_CACERT");
  const namespace = env("VAULT_NAMESPACE");
  const http = new VaultHttp({
    address,
    ...(namespace ? { namespace } : {}),
    ...(bundle ? { caCertificate: await readText(bundle) } : {}),
  });
  const wait = (milliseconds: number) => delay(milliseconds, signal);
  try {
    const session = await VaultSession.open(http, method, { wait, signal });
    return new VaultClient({ http, session, concurrency, signal, wait });
  } catch (error) {
    http.close();
    throw error;
  }
}
