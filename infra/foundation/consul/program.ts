import * as pulumi from "@pulumi/pulumi";
import { BootFiles, bootFileScripts } from "infra/components/boot_files.ts";
import { firstBoot } from "infra/components/first_boot.ts";
import { findByTag, ServerCluster } from "infra/components/server_cluster.ts";
import { SIZES } from "infra/components/sizes.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import secrets from "secrets/consul/schema.ts";
import type project from "./project.ts";

/** Ports that agents of the environment's networks reach. @see https://developer.hashicorp.com/consul/docs/reference/architecture/ports */
const RPC = { port: 8300 };
const GOSSIP = [{ port: 8301 }, { port: 8301, protocol: "udp" as const }];

export default defineProgram<typeof project>(
  async ({ config, info, needs, amiFor, secretsFor }) => {
    const name = `consul-${info.environmentSuffix}`;
    const { network, monitoring } = needs;
    const { region, servers, datacenter } = config;
    const imageId = await amiFor({ image: "consul", nodeType: "server", region });
    const policy = await readPolicyFile(new URL("./consul_server_policy.json", import.meta.url));
    const retryJoin = findByTag(name, region);
    const { gossip } = await secretsFor(secrets);
    const files = new BootFiles(name, {
      region,
      folder: "/etc/consul",
      owner: "root:consul",
      files: { "20-gossip.json": pulumi.jsonStringify({ encrypt: gossip.key }) },
    });
    const userData = files.command.apply(async (command) =>
      firstBoot({
        files: [
          ...await bootFileScripts(),
          // Read after the image's own file, so that it has the last word.
          {
            path: "/etc/consul/10-join.json",
            owner: "root:consul",
            content: JSON.stringify({
              bootstrap_expect: servers,
              datacenter,
              retry_join: [retryJoin],
            }),
          },
        ],
        script: [command, "systemctl restart consul"],
      })
    );
    const { group } = new ServerCluster(name, {
      servers,
      imageId,
      vpcId: network.operations.vpcId,
      subnetIds: network.operations.privateSubnetIds,
      instanceTypes: config.instanceTypes ?? [...SIZES[info.environment].consul.instanceTypes],
      peerPorts: [RPC, ...GOSSIP],
      clientPorts: [RPC, ...GOSSIP],
      clients: {
        applications: network.cidrBlock,
        data: network.data.cidrBlock,
        operations: network.operations.cidrBlock,
      },
      iamPolicy: JSON.parse(policy) as PolicyDocumentObject,
      userData,
      alarmTopics: [monitoring.noticesTopicArn],
    });
    return { groupName: group.groupName, retryJoin, datacenter, imageId };
  },
);
