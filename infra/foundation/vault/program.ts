import * as aws from "@pulumi/aws";
import { Alarm } from "infra/components/alarm.ts";
import { BootFiles } from "infra/components/boot_files.ts";
import { Bucket } from "infra/components/bucket.ts";
import { Certificate } from "infra/components/certificate.ts";
import { LoadBalancer } from "infra/components/load_balancer.ts";
import { findByTag, ServerCluster } from "infra/components/server_cluster.ts";
import { SIZES } from "infra/components/sizes.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { organization } from "lib/organization.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import secrets from "secrets/vault/schema.ts";
import type project from "./project.ts";
import { API_PORT, CLUSTER_PORT, serverBoot } from "./server.ts";

export default defineProgram<typeof project>(
  async ({ config, info, needs, amiFor, secretsFor }) => {
    const name = `vault-${info.environmentSuffix}`;
    const { network, dns, kms, monitoring } = needs;
    const { region, servers } = config;
    const address = organization.environments[info.environment].vaultAddress;
    const host = new URL(address).hostname;
    const imageId = await amiFor({ image: "vault", nodeType: "server", region });
    const policy = await readPolicyFile(new URL("./vault_server_policy.json", import.meta.url));
    const { tls } = await secretsFor(secrets);

    const networks = {
      applications: network.cidrBlock,
      data: network.data.cidrBlock,
      operations: network.operations.cidrBlock,
    };
    const certificate = new Certificate(name, { domain: host, zoneId: dns.zoneId });
    const loadBalancer = new LoadBalancer(name, {
      internal: true,
      vpcId: network.operations.vpcId,
      subnetIds: network.operations.privateSubnetIds,
      certificateArn: certificate.arn,
      clientNetworks: networks,
    });
    new aws.route53.Record(name, {
      zoneId: dns.zoneId,
      name: host,
      type: "A",
      aliases: [{
        name: loadBalancer.dnsName,
        zoneId: loadBalancer.zoneId,
        evaluateTargetHealth: false,
      }],
    });

    const snapshots = new Bucket(`vault-snapshots-${info.environmentSuffix}`, {
      oldVersionDays: 7,
      lifecycle: [{ prefix: "raft/", expireDays: config.snapshotDays }],
    });
    const files = new BootFiles(name, {
      region,
      folder: "/etc/vault",
      owner: "root:vault",
      files: {
        "authority.crt": tls.authority,
        "server.crt": tls.certificate,
        "server.key": tls.private_key,
      },
    });
    const { group } = new ServerCluster(name, {
      servers,
      imageId,
      vpcId: network.operations.vpcId,
      subnetIds: network.operations.privateSubnetIds,
      instanceTypes: config.instanceTypes ?? [...SIZES[info.environment].vault.instanceTypes],
      volumeGb: config.volumeGb,
      peerPorts: [{ port: API_PORT }, { port: CLUSTER_PORT }],
      iamPolicy: JSON.parse(policy) as PolicyDocumentObject,
      userData: serverBoot({
        region,
        address,
        join: findByTag(name, region),
        tlsName: dns.internalDomain.apply((domain) => `vault.${domain}`),
        unsealKey: kms.vaultUnseal.alias,
        balancerNetwork: network.operations.cidrBlock,
        snapshotBucket: snapshots.bucketName,
        fetchFiles: files.command,
      }),
      behind: {
        loadBalancer,
        hosts: [host],
        priority: 10,
        port: API_PORT,
        protocol: "HTTPS",
        healthPath: "/v1/sys/health?standbyok=true",
        // All are sealed when the key cannot be asked, and each disk holds the data: none is thrown away.
        replaceUnhealthy: false,
      },
      alarmTopics: [monitoring.noticesTopicArn],
    });
    new Alarm(`${name}-majority`, {
      namespace: "AWS/ApplicationELB",
      metric: "HealthyHostCount",
      statistic: "Minimum",
      dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: group.targetArnSuffix! },
      is: "below",
      threshold: (servers + 1) / 2,
      periodSeconds: 60,
      periods: 5,
      missingData: "breaching",
      description:
        "Vault has no majority: look whether servers are sealed (its key in KMS) or cannot reach each other",
      topics: [monitoring.pagesTopicArn],
    });
    new Alarm(`${name}-snapshots`, {
      namespace: "Vault",
      metric: "Snapshots",
      statistic: "Sum",
      dimensions: { Bucket: snapshots.bucketName },
      is: "below",
      threshold: 1,
      periodSeconds: 3 * 3600,
      periods: 1,
      missingData: "breaching",
      description:
        "Vault's data was not put into the bucket for three hours: see vault-snapshot on the server that leads",
      topics: [monitoring.noticesTopicArn],
    });
    return {
      address,
      host,
      groupName: group.groupName,
      servers,
      roleArn: group.roleArn,
      securityGroupId: group.securityGroupId,
      snapshotBucket: snapshots.bucketName,
      imageId,
    };
  },
);
