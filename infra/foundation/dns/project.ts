import network from "infra/foundation/network/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { DnsConfig, DnsOutputs } from "./config.ts";

/** Hosted zones: an environment's public domain, and the names that its own networks see. */
export default defineProject({
  name: "ol-infrastructure-dns",
  config: DnsConfig,
  outputs: DnsOutputs,
  needs: { network: on(network) },
  program: () => import("./program.ts"),
});
