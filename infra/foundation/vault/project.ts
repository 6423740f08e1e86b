import dns from "infra/foundation/dns/project.ts";
import kms from "infra/foundation/kms/project.ts";
import monitoring from "infra/foundation/monitoring/project.ts";
import network from "infra/foundation/network/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { VaultConfig, VaultOutputs } from "./config.ts";

/**
 * Vault's servers: each holds all the data, and unseals itself. A new Vault is initialised once, by hand
 * (`vault operator init` on one of them); what it then needs is another project's, `vault_setup`.
 */
export default defineProject({
  name: "ol-infrastructure-vault",
  config: VaultConfig,
  outputs: VaultOutputs,
  needs: { network: on(network), dns: on(dns), kms: on(kms), monitoring: on(monitoring) },
  secrets: ["vault"],
  images: ["vault"],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
