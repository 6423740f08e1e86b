import * as pulumi from "@pulumi/pulumi";
import { Vpc } from "infra/components/vpc.ts";
import { VpcPeering } from "infra/components/vpc_peering.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

const factsOf = (vpc: Vpc) => ({
  vpcId: vpc.vpcId,
  cidrBlock: vpc.cidrBlock,
  publicSubnetIds: vpc.publicSubnetIds,
  privateSubnetIds: vpc.privateSubnetIds,
  kubernetesSubnetIds: vpc.kubernetesSubnetIds,
});

export default defineProgram<typeof project>(({ config, info }) => {
  const { region, vpcs, peerings } = config;
  const suffix = info.environmentSuffix;
  const make = (name: keyof typeof vpcs) => new Vpc(`${name}-${suffix}`, { ...vpcs[name], region });
  const made = {
    applications: make("applications"),
    data: make("data"),
    operations: make("operations"),
  };
  for (const [requester, accepter] of peerings) {
    new VpcPeering(`${requester}-to-${accepter}-${suffix}`, {
      requester: made[requester],
      accepter: made[accepter],
    });
  }
  return {
    ...factsOf(made.applications),
    kubernetesServiceCidr: vpcs.applications.kubernetes!.serviceCidr,
    data: pulumi.output(factsOf(made.data)),
    operations: pulumi.output(factsOf(made.operations)),
  };
});
