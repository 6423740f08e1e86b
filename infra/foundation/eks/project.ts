import concourse from "infra/foundation/concourse/project.ts";
import dns from "infra/foundation/dns/project.ts";
import iam from "infra/foundation/iam/project.ts";
import network from "infra/foundation/network/project.ts";
import vault from "infra/foundation/vault_setup/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { EksConfig, EksOutputs } from "./config.ts";

/** Clusters of Kubernetes: EKS with the operators that applications rely on. */
export default defineProject({
  name: "ol-infrastructure-eks",
  config: EksConfig,
  outputs: EksOutputs,
  needs: {
    network: on(network),
    dns: on(dns),
    vault: on(vault),
    iam: on(iam),
    concourse: on(concourse),
  },
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
