import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alarm } from "infra/components/alarm.ts";
import { AutoScalingGroup } from "infra/components/auto_scaling_group.ts";
import { BootFiles } from "infra/components/boot_files.ts";
import { Certificate } from "infra/components/certificate.ts";
import { Database } from "infra/components/database.ts";
import { LoadBalancer } from "infra/components/load_balancer.ts";
import { SIZES } from "infra/components/sizes.ts";
import { TcpLoadBalancer } from "infra/components/tcp_load_balancer.ts";
import { organization } from "lib/organization.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";
import { Problem } from "lib/schema/problem.ts";
import secrets from "secrets/concourse/schema.ts";
import pipelines from "secrets/pipelines/schema.ts";
import { bootOf, policyOf } from "./boot.ts";
import { environmentFile } from "./environment.ts";
import { letGuestsRegister } from "./guests.ts";
import type project from "./project.ts";
import { letWebRead, letWorkersDeploy } from "./vault_access.ts";
import { makeWorkers } from "./workers.ts";

/** Where a web node answers, and where workers register with it: the image's own. */
const WEB_PORT = 8080;
const TSA_PORT = 2222;

/** @throws {Problem} where the organization names no tag: pipelines would not find the workers */
function workerTagOf({ environment }: StackInfo): string {
  const { workerTag } = organization.environments[environment];
  if (workerTag !== undefined) return workerTag;
  throw new Problem(`guestOf: lib/organization.ts names no workerTag for ${environment}`);
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
    const guests = Object.keys(config.guests).length === 0 ? [] : [
      letGuestsRegister(`tsa-guests-${suffix}`, {
        guests: config.guests,
        host: `tsa.${host}`,
        zoneId: dns.zoneId,
        port: TSA_PORT,
        vpcId: operations.vpcId,
        subnetIds: operations.publicSubnetIds,
      }),
    ];
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
        tsa_authorized_keys: keys.worker_public_key.apply((own) =>
          [own, ...Object.values(config.guests).map(({ publicKey }) => publicKey)]
            .map((key) => `${key.trim()}\n`).join("")
        ),
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
      behindTcp: [tsa, ...guests],
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

    const workersArgs = {
      ...workerSize,
      ...place,
      region,
      imageId: workerImageId,
      volumeGb: config.workerVolumeGb,
      maxLifetimeDays: config.workerLifetimeDays,
      workerKey: keys.worker_key,
    };
    const own = await makeWorkers(`concourse-worker-${suffix}`, {
      ...workersArgs,
      tsa: {
        host: pulumi.interpolate`${tsa.dnsName}:${tsa.port}`,
        hostPublicKey: keys.tsa_host_public_key,
      },
      deploys: config.guestOf === undefined,
    });
    new aws.vpc.SecurityGroupIngressRule(`${name}-tsa-workers`, {
      securityGroupId: tsa.securityGroupId,
      referencedSecurityGroupId: own.securityGroupId,
      ipProtocol: "tcp",
      fromPort: TSA_PORT,
      toPort: TSA_PORT,
    });
    const workers = config.guestOf === undefined
      ? own
      : await makeWorkers(`concourse-deployer-${suffix}`, {
        ...workersArgs,
        tsa: {
          host: `${config.guestOf.host}:${TSA_PORT}`,
          hostPublicKey: config.guestOf.hostPublicKey,
        },
        tag: workerTagOf(info),
        deploys: true,
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
