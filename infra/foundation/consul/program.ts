import * as aws from "@pulumi/aws";
import { Alarm } from "infra/components/alarm.ts";
import { AutoScalingGroup } from "infra/components/auto_scaling_group.ts";
import { SIZES } from "infra/components/sizes.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

/** Ports that agents of the environment's networks reach. @see https://developer.hashicorp.com/consul/docs/reference/architecture/ports */
const RPC = 8300;
const GOSSIP = 8301;

/** What the image leaves open: whom to join. Read after the image's own file, so that it has the last word. */
function firstBoot(settings: object): string {
  const content = JSON.stringify(settings);
  const files = [{
    path: "/etc/consul/10-join.json",
    owner: "root:consul",
    permissions: "0640",
    content,
  }];
  const start = [["systemctl", "restart", "consul"]];
  return `#cloud-config\n${JSON.stringify({ write_files: files, runcmd: start })}\n`;
}

export default defineProgram<typeof project>(async ({ config, info, needs, amiFor }) => {
  const name = `consul-${info.environmentSuffix}`;
  const { network, monitoring } = needs;
  const { region, servers, datacenter } = config;
  const imageId = await amiFor({ image: "consul", nodeType: "server", region });
  const policy = await readPolicyFile(new URL("./consul_server_policy.json", import.meta.url));
  const retryJoin = `provider=aws region=${region} tag_key=Name tag_value=${name}`;
  const group = new AutoScalingGroup(name, {
    imageId,
    vpcId: network.operations.vpcId,
    subnetIds: network.operations.privateSubnetIds,
    instanceTypes: config.instanceTypes ?? [...SIZES[info.environment].consul.instanceTypes],
    min: servers,
    max: servers,
    peerPorts: [RPC, GOSSIP],
    iamPolicy: JSON.parse(policy) as PolicyDocumentObject,
    userData: firstBoot({ bootstrap_expect: servers, datacenter, retry_join: [retryJoin] }),
    // One new server after the other: each has to have the others' data before the next one goes.
    refresh: { minHealthyPercent: 100, maxHealthyPercent: 100 + Math.ceil(100 / servers) },
  });

  new aws.vpc.SecurityGroupIngressRule(`${name}-peers-gossip-udp`, {
    securityGroupId: group.securityGroupId,
    referencedSecurityGroupId: group.securityGroupId,
    ipProtocol: "udp",
    fromPort: GOSSIP,
    toPort: GOSSIP,
  });
  const networks = {
    applications: network.cidrBlock,
    data: network.data.cidrBlock,
    operations: network.operations.cidrBlock,
  };
  for (const [from, cidrIpv4] of Object.entries(networks)) {
    for (const [ipProtocol, port] of [["tcp", RPC], ["tcp", GOSSIP], ["udp", GOSSIP]] as const) {
      new aws.vpc.SecurityGroupIngressRule(`${name}-${from}-${ipProtocol}-${port}`, {
        securityGroupId: group.securityGroupId,
        cidrIpv4,
        ipProtocol,
        fromPort: port,
        toPort: port,
      });
    }
  }
  new Alarm(`${name}-broken`, {
    namespace: "AWS/EC2",
    metric: "StatusCheckFailed",
    statistic: "Maximum",
    dimensions: { AutoScalingGroupName: group.groupName },
    is: "at least",
    threshold: 1,
    description: "A Consul server does not answer: the group replaces it; see that it joins again",
    topics: [monitoring.noticesTopicArn],
  });
  return { groupName: group.groupName, retryJoin, datacenter, imageId };
});
