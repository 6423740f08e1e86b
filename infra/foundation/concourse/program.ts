import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alarm } from "infra/components/alarm.ts";
import { AutoScalingGroup } from "infra/components/auto_scaling_group.ts";
import { BootFiles, bootFileScripts } from "infra/components/boot_files.ts";
import { Certificate } from "infra/components/certificate.ts";
import { Database } from "infra/components/database.ts";
import { firstBoot } from "infra/components/first_boot.ts";
import { LoadBalancer } from "infra/components/load_balancer.ts";
import { SIZES } from "infra/components/sizes.ts";
import { TcpLoadBalancer } from "infra/components/tcp_load_balancer.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import secrets from "secrets/concourse/schema.ts";
import pipelines from "secrets/pipelines/schema.ts";
import { environmentFile } from "./environment.ts";
import type project from "./project.ts";
import { letWebRead, letWorkersDeploy } from "./vault_access.ts";

/** Where a web node answers, and where workers register with it: the image's own. */
const WEB_PORT = 8080;
const TSA_PORT = 2222;

const policyOf = async (node: string) =>
  JSON.parse(
    await readPolicyFile(new URL(`./concourse_${node}_policy.json`, import.meta.url)),
  ) as PolicyDocumentObject;

async function bootOf(files: BootFiles): Promise<pulumi.Output<string>> {
  const scripts = await bootFileScripts();
  return files.command.apply((command) =>
    firstBoot({ files: scripts, script: [command, "systemctl restart concourse"] })
  );
}

export default defineProgram<typeof project>(
  async ({ config, info, needs, amiFor, secretsFor }) => {
    const suffix = info.environmentSuffix;
    const name = `concourse-${suffix}`;
    const { network: { operations }, dns, monitoring, vault } = needs;
    const { region, host } = config;
    const url = `https://${host}`;
    const { database: sizes, concourse } = SIZES[info.environment];
    const webSize = { ...concourse.web, ...config.web };
    const workerSize = { ...concourse.workers, ...config.workers };
    const image = (nodeType: string) => amiFor({ image: "concourse", nodeType, region });
    const [webImageId, workerImageId] = [await image("web"), await image("worker")];
    const { keys, oidc, database: login } = await secretsFor(secrets);
    const place = { vpcId: operations.vpcId, subnetIds: operations.privateSubnetIds };

    const tsa = new TcpLoadBalancer(`${name}-tsa`, { ...place, port: TSA_PORT });
    const loadBalancer = new LoadBalancer(name, {
      vpcId: operations.vpcId,
      subnetIds: operations.publicSubnetIds,
      certificateArn: new Certificate(name, { domain: host, zoneId: dns.zoneId }).arn,
      // Logs of builds are watched over one connection.
      idleSeconds: 3600,
    });
    new aws.route53.Record(name, {
      zoneId: dns.zoneId,
      name: host,
      type: "A",
      aliases: [{
        name: loadBalancer.dnsName,
        zoneId: loadBalancer.zoneId,
        evaluateTargetHealth: true,
      }],
    });

    const clients = new aws.ec2.SecurityGroup(`${name}-database-clients`, {
      vpcId: operations.vpcId,
      description: `Whose members may speak to the database of ${name}`,
    });
    const database = new Database("concourse", {
      ...place,
      ...sizes,
      ...config.database,
      environment: info.environment,
      database: "concourse",
      clients: [clients.id],
      vaultSecurityGroupId: vault.securityGroupId,
      adminPassword: login.admin_password,
      alarmTopics: [monitoring.noticesTopicArn],
    });

    const webFiles = new BootFiles(`concourse-web-${suffix}`, {
      region,
      folder: "/etc/concourse",
      owner: "root:concourse",
      files: {
        session_signing_key: keys.session_signing_key,
        tsa_host_key: keys.tsa_host_key,
        tsa_authorized_keys: keys.worker_public_key,
        "site.env": environmentFile({
          EXTERNAL_URL: url,
          CLUSTER_NAME: info.name,
          ENCRYPTION_KEY: keys.encryption_key,
          SESSION_SIGNING_KEY: "/etc/concourse/session_signing_key",
          TSA_HOST_KEY: "/etc/concourse/tsa_host_key",
          TSA_AUTHORIZED_KEYS: "/etc/concourse/tsa_authorized_keys",
          POSTGRES_HOST: database.host,
          POSTGRES_PORT: database.port,
          POSTGRES_DATABASE: "concourse",
          POSTGRES_USER: database.adminUsername,
          POSTGRES_PASSWORD: login.admin_password,
          POSTGRES_SSLMODE: "require",
          OIDC_DISPLAY_NAME: "Single sign-on",
          OIDC_ISSUER: config.issuer,
          OIDC_CLIENT_ID: oidc.client_id,
          OIDC_CLIENT_SECRET: oidc.client_secret,
          MAIN_TEAM_OIDC_GROUP: config.administrators,
          VAULT_URL: vault.address,
          VAULT_PATH_PREFIX: `/${pipelines.mount}`,
          VAULT_LOOKUP_TEMPLATES:
            "/{{.Team}}/{{.Pipeline}}/{{.Secret}},/{{.Team}}/{{.Secret}},/{{.Secret}}",
          VAULT_AUTH_BACKEND: "approle",
          VAULT_AUTH_PARAM: await letWebRead(name, vault.appRoleMount),
          DEFAULT_DAYS_TO_RETAIN_BUILD_LOGS: config.buildLogDays,
        }),
      },
    });
    const web = new AutoScalingGroup(`concourse-web-${suffix}`, {
      ...webSize,
      ...place,
      imageId: webImageId,
      volumeGb: 30,
      memberOf: [clients.id],
      iamPolicy: await policyOf("web"),
      userData: await bootOf(webFiles),
      behind: {
        loadBalancer,
        hosts: [host],
        priority: 10,
        port: WEB_PORT,
        healthPath: "/api/v1/info",
      },
      behindTcp: tsa,
      targetCpuPercent: webSize.max > webSize.min ? 60 : undefined,
    });
    // A web node reaches a worker through the one with which it registered, on a port of its choice.
    new aws.vpc.SecurityGroupIngressRule(`${name}-web-peers`, {
      securityGroupId: web.securityGroupId,
      referencedSecurityGroupId: web.securityGroupId,
      ipProtocol: "tcp",
      fromPort: 1024,
      toPort: 65_535,
    });

    const workerFiles = new BootFiles(`concourse-worker-${suffix}`, {
      region,
      folder: "/etc/concourse",
      owner: "root:root",
      files: {
        worker_key: keys.worker_key,
        "tsa_host_key.pub": keys.tsa_host_public_key,
        "site.env": environmentFile({
          TSA_HOST: pulumi.interpolate`${tsa.dnsName}:${tsa.port}`,
          TSA_PUBLIC_KEY: "/etc/concourse/tsa_host_key.pub",
          TSA_WORKER_PRIVATE_KEY: "/etc/concourse/worker_key",
          // A machine that is gone does not come back: nobody waits for it.
          EPHEMERAL: true,
        }),
      },
    });
    const workers = new AutoScalingGroup(`concourse-worker-${suffix}`, {
      ...workerSize,
      ...place,
      imageId: workerImageId,
      volumeGb: config.workerVolumeGb,
      iamPolicy: await policyOf("worker"),
      containersUseRole: true,
      userData: await bootOf(workerFiles),
      maxLifetimeDays: config.workerLifetimeDays,
      targetCpuPercent: workerSize.max > workerSize.min ? 60 : undefined,
    });
    new aws.vpc.SecurityGroupIngressRule(`${name}-tsa-workers`, {
      securityGroupId: tsa.securityGroupId,
      referencedSecurityGroupId: workers.securityGroupId,
      ipProtocol: "tcp",
      fromPort: TSA_PORT,
      toPort: TSA_PORT,
    });
    letWorkersDeploy(name, {
      awsAuthMount: vault.awsAuthMount,
      deployerPolicy: vault.deployerPolicy,
      workerRoleArn: workers.roleArn,
    });

    new Alarm(`${name}-down`, {
      namespace: "AWS/ApplicationELB",
      metric: "HealthyHostCount",
      statistic: "Minimum",
      dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: web.targetArnSuffix! },
      is: "below",
      threshold: 1,
      periodSeconds: 60,
      periods: 5,
      missingData: "breaching",
      description: "No web node of Concourse answers: look whether they reach the database",
      topics: [monitoring.noticesTopicArn],
    });
    return {
      url,
      webGroupName: web.groupName,
      workerGroupName: workers.groupName,
      workerRoleArn: workers.roleArn,
      webImageId,
      workerImageId,
    };
  },
);
