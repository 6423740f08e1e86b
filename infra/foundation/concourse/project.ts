import dns from "infra/foundation/dns/project.ts";
import monitoring from "infra/foundation/monitoring/project.ts";
import network from "infra/foundation/network/project.ts";
import vault from "infra/foundation/vault_setup/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { ConcourseConfig, ConcourseOutputs } from "./config.ts";

/** Concourse: web nodes that know pipelines, and workers that run their builds. */
export default defineProject({
  name: "ol-infrastructure-concourse",
  config: ConcourseConfig,
  outputs: ConcourseOutputs,
  needs: { network: on(network), dns: on(dns), monitoring: on(monitoring), vault: on(vault) },
  secrets: ["concourse", "pipelines"],
  images: ["concourse"],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
