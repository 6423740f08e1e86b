import { defineProject } from "lib/pulumi/project.ts";
import { NetworkConfig, NetworkOutputs } from "./config.ts";

/** Networks: a VPC across three zones with public and private subnets. */
export default defineProject({
  name: "ol-infrastructure-network",
  config: NetworkConfig,
  outputs: NetworkOutputs,
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
