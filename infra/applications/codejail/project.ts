import monitoring from "infra/foundation/monitoring/project.ts";
import network from "infra/foundation/network/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { CodejailConfig, CodejailOutputs } from "./config.ts";

/** codejail: machines that run learners' code, off the network; rolled out as an AMI. */
export default defineProject({
  name: "ol-application-codejail",
  config: CodejailConfig,
  outputs: CodejailOutputs,
  needs: { network: on(network), monitoring: on(monitoring) },
  images: ["codejail"],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
