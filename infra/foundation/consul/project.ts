import monitoring from "infra/foundation/monitoring/project.ts";
import network from "infra/foundation/network/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { ConsulConfig, ConsulOutputs } from "./config.ts";

/**
 * Consul: servers that know which services there are, for agents in every network of the environment which
 * have the gossip key. There are no ACLs: whoever has joined may register services and write keys.
 */
export default defineProject({
  name: "ol-infrastructure-consul",
  config: ConsulConfig,
  outputs: ConsulOutputs,
  needs: { network: on(network), monitoring: on(monitoring) },
  secrets: ["consul"],
  images: ["consul"],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
