import assert from "node:assert/strict";
import { organization } from "lib/organization.ts";
import { vaultAddressOf } from "lib/vault/variables.ts";

const { CI, Production } = organization.environments;
const of = (address?: string) =>
  vaultAddressOf((name) => name === "VAULT_ADDR" ? address : undefined, "ci");

Deno.test("an environment's Vault is its own, or another server, but no other environment's", () => {
  assert.equal(of(), CI.vaultAddress);
  assert.equal(of(`${CI.vaultAddress}/`), CI.vaultAddress);
  assert.equal(of("http://127.0.0.1:8200"), "http://127.0.0.1:8200");
  assert.throws(
    () => of(`${Production.vaultAddress}/`),
    /the Vault of Production: CI's is .*VAULT_ADDR_CI/,
  );
});
