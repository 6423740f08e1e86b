import type { Env } from "lib/schema/env.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";

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
