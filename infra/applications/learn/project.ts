import dns from "infra/foundation/dns/project.ts";
import eks from "infra/foundation/eks/project.ts";
import monitoring from "infra/foundation/monitoring/project.ts";
import network from "infra/foundation/network/project.ts";
import vault from "infra/foundation/vault_setup/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { LearnConfig, LearnOutputs } from "./config.ts";

/** learn: the catalogue of courses, its search and its learners' lists. */
export default defineProject({
  name: "ol-application-learn",
  config: LearnConfig,
  outputs: LearnOutputs,
  needs: {
    network: on(network),
    dns: on(dns),
    eks: on(eks),
    vault: on(vault),
    monitoring: on(monitoring),
  },
  secrets: ["learn"],
  containers: [{
    name: "learn",
    source: "https://github.com/mitodl/mit-learn",
    branch: "main",
    image: "mitodl/mit-learn-app",
    configKey: "image",
  }],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
