import vault from "infra/foundation/vault/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { VaultSetupConfig, VaultSetupOutputs } from "./config.ts";

/** What a Vault holds that was just initialised: who logs in how, who may what, where secrets are. */
export default defineProject({
  name: "ol-substructure-vault-setup",
  config: VaultSetupConfig,
  outputs: VaultSetupOutputs,
  needs: { vault: on(vault) },
  secrets: ["vault"],
  program: () => import("./program.ts"),
});
