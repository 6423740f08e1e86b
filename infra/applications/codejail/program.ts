import { Alarm } from "infra/components/alarm.ts";
import { AutoScalingGroup } from "infra/components/auto_scaling_group.ts";
import { SIZES } from "infra/components/sizes.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(async ({ config, info, needs, amiFor }) => {
  const name = `codejail-${info.environmentSuffix}`;
  const { network, monitoring } = needs;
  const imageId = await amiFor({ image: "codejail", nodeType: "host", region: config.region });
  const size = { ...SIZES[info.environment].codejail, ...config.machines };
  // Whoever breaks out of the jail finds a role that Systems Manager alone works with.
  const machines = new AutoScalingGroup(name, {
    ...size,
    imageId,
    vpcId: network.vpcId,
    subnetIds: network.privateSubnetIds,
    targetCpuPercent: size.max > size.min ? 60 : undefined,
    maxLifetimeDays: config.maxLifetimeDays,
  });
  new Alarm(`${name}-cpu`, {
    namespace: "AWS/EC2",
    metric: "CPUUtilization",
    dimensions: { AutoScalingGroupName: machines.groupName },
    is: "above",
    threshold: 90,
    description: "Learners' code waits: look for code that never ends, or raise machines.max",
    topics: [monitoring.noticesTopicArn],
  });
  return {
    groupName: machines.groupName,
    securityGroupId: machines.securityGroupId,
    imageId,
  };
});
