import { defineProject } from "lib/pulumi/project.ts";
import { NetworkConfig, NetworkOutputs } from "./config.ts";

/** Networks: VPCs for applications, data and operations, joined by peerings. */
export default defineProject({
  name: "ol-infrastructure-network",
  config: NetworkConfig,
  outputs: NetworkOutputs,
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
