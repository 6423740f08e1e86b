import type { Variables } from "lib/images/packer.ts";
import { organization } from "lib/organization.ts";
import type { Environment } from "lib/schema/environment.ts";

/** What an AMI's build has to know of its environment's cloud, as the template's variables. */
export function cloudVariables(environment: Environment): Variables {
  const { subnetFilter, sshInterface, sshCidrs } =
    organization.environments[environment].imageBuild;
  return {
    region: organization.region,
    subnet_filter: subnetFilter,
    ssh_interface: sshInterface,
    ssh_cidrs: sshCidrs,
  };
}
