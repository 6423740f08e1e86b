import { Vpc } from "infra/components/vpc.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(({ config, info }) => {
  const vpc = new Vpc(`applications-${info.environmentSuffix}`, {
    ...config.vpc,
    region: config.region,
  });
  return {
    vpcId: vpc.vpcId,
    cidrBlock: vpc.cidrBlock,
    publicSubnetIds: vpc.publicSubnetIds,
    privateSubnetIds: vpc.privateSubnetIds,
  };
});
