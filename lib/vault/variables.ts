import { organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import { Environment, environmentNamed, type EnvironmentSuffix } from "lib/schema/environment.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Variables as one environment sees them: of Vault's, `VAULT_TOKEN_QA` goes before `VAULT_TOKEN`.
 *
 * @param own Names that are taken with the environment's suffix alone; default none
 */
export function variablesOf(
  env: Env,
  environment: EnvironmentSuffix,
  own: readonly string[] = [],
): Env {
  return (name) => {
    if (!name.startsWith("VAULT_")) return env(name);
    const suffixed = env(`${name}_${environment.toUpperCase()}`);
    return suffixed ?? (own.includes(name) ? undefined : env(name));
  };
}

const plain = (address: string) => address.replace(/\/+$/, "");

/**
 * Where an environment's Vault is: by `VAULT_ADDR`, else by the organization.
 *
 * @param env The environment's variables
 * @throws {Problem} for the Vault that the organization gives to another environment
 */
export function vaultAddressOf(env: Env, environment: EnvironmentSuffix): string {
  const name = environmentNamed(environment)!;
  const own = organization.environments[name].vaultAddress;
  const address = plain(env("VAULT_ADDR") ?? own);
  const other = Environment.options.find((one) =>
    plain(organization.environments[one].vaultAddress) === address
  );
  if (other === undefined || address === plain(own)) return address;
  throw new Problem(
    `VAULT_ADDR is ${address}, the Vault of ${other}: ${name}'s is ${own}: unset it, or set VAULT_ADDR_${environment.toUpperCase()}`,
  );
}
