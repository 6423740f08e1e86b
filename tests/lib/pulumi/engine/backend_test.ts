import assert from "node:assert/strict";
import { organization } from "lib/organization.ts";
import { openBackend } from "lib/pulumi/engine/backend.ts";
import { generateFleet } from "tests/support/generated_fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";

const rows: [what: string, variable: string | undefined, address: (own: string) => string][] = [
  ["a stack's Vault is its environment's", undefined, (own) => own],
  ["an empty VAULT_ADDR is none", "", (own) => own],
  ["VAULT_ADDR goes before", "http://127.0.0.1:8200", () => "http://127.0.0.1:8200"],
];
for (const [what, variable, address] of rows) {
  Deno.test(what, async () => {
    const root = await Deno.makeTempDir();
    try {
      await generateFleet(root, { layers: [1], resources: 1 });
      const backend = openBackend(root, (name) => name === "VAULT_ADDR" ? variable : undefined);
      for (const stack of (await loadFleet(root)).stacks.values()) {
        const { vaultAddress } = organization.environments[stack.info.environment];
        assert.equal((await backend.stackEnv(stack)).VAULT_ADDR, address(vaultAddress));
      }
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}
