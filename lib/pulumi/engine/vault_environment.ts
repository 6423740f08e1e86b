import { usesLibrary } from "lib/pulumi/facts.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";
import type { Env } from "lib/schema/env.ts";
import { connectVault } from "lib/vault/connect.ts";
import { variablesOf, vaultAddressOf } from "lib/vault/variables.ts";

/** Variables, and what is held for as long as they are used. */
export interface HeldVariables extends AsyncDisposable {
  /** Secret. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What of the Vault CLI's variables Pulumi's provider takes too. */
const TAKEN = ["VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_CACERT"];

/** Milliseconds between two looks at whether the token has to be renewed. */
const LOOK_AFTER = 60_000;

/**
 * Where and as whom Vault is spoken to for one operation on a stack: at the environment's address and,
 * where `VAULT_AUTH_METHOD` names a login and the stack's program uses Vault, with a token of its own, which
 * is renewed as long as the operation runs and revoked at its end.
 *
 * @param env Reads an environment variable; also AWS's, of the stack
 * @param signal Ends waiting for Vault
 * @throws {Problem} when something that the login takes is not set; {@linkcode VaultProblem} when it fails
 * @see https://registry.terraform.io/providers/hashicorp/vault/latest/docs#provider-arguments
 */
export async function vaultEnvironment(
  root: string,
  { info, on }: FleetStack,
  env: Env,
  signal?: AbortSignal,
): Promise<HeldVariables> {
  const own = variablesOf(env, info.environmentSuffix);
  const given = Object.fromEntries(
    TAKEN.flatMap((name) => own(name) === undefined ? [] : [[name, own(name)!]]),
  );
  const variables = { ...given, VAULT_ADDR: vaultAddressOf(own, info.environmentSuffix) };
  const logsIn = (own("VAULT_AUTH_METHOD") ?? "token") !== "token";
  if (!logsIn || !await usesLibrary(root, on, "@pulumi/vault")) {
    return { variables, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const there: Env = (name) => name === "VAULT_ADDR" ? variables.VAULT_ADDR : own(name);
  const vault = await connectVault(there, { signal });
  // Renewing fails together with the requests that the token is for.
  const timer = setInterval(() => vault.token().catch(() => {}), LOOK_AFTER);
  Deno.unrefTimer(timer);
  return {
    variables: {
      ...variables,
      VAULT_TOKEN: await vault.token(),
      // A token below it, which the provider would make, ends after 20 minutes.
      TERRAFORM_VAULT_SKIP_CHILD_TOKEN: "true",
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await vault.close();
    },
  };
}
