import { Problem } from "lib/schema/problem.ts";
import { tokenAuth } from "lib/vault/auth/token.ts";
import type { AuthMethod } from "lib/vault/session.ts";

type Env = (name: string) => string | undefined;

/**
 * The way to log in: the token in `VAULT_TOKEN`, else in `~/.vault-token`.
 *
 * @throws {Problem} when something that it takes is not set
 */
export async function chooseAuth(env: Env): Promise<AuthMethod> {
  const home = env("HOME");
  const helper = home === undefined
    ? undefined
    : await Deno.readTextFile(`${home}/.vault-token`).catch(() => undefined);
  const token = env("VAULT_TOKEN") ?? helper?.trim();
  if (!token) throw new Problem("There is no Vault token: set VAULT_TOKEN, or run vault login");
  return tokenAuth(token);
}
