import { defineProject } from "lib/pulumi/project.ts";
import { KmsConfig, KmsOutputs } from "./config.ts";

/** Keys of KMS: for secrets at rest, Vault's seal, alarms and disks. */
export default defineProject({
  name: "ol-infrastructure-kms",
  config: KmsConfig,
  outputs: KmsOutputs,
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
