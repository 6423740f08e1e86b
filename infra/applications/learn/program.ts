import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { OLApisixOidc } from "infra/components/apisix/oidc.ts";
import { OLApisixRoute } from "infra/components/apisix/route.ts";
import { OLApisixSharedPlugins } from "infra/components/apisix/shared_plugins.ts";
import { Bucket } from "infra/components/bucket.ts";
import { Cache } from "infra/components/cache.ts";
import { Database } from "infra/components/database.ts";
import { EksAuthBinding } from "infra/components/eks_auth_binding.ts";
import { K8sApplication } from "infra/components/kubernetes_application/application.ts";
import { SIZES } from "infra/components/sizes.ts";
import { StaticSite } from "infra/components/static_site.ts";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";
import { policyDocument } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import { CONTAINERS } from "lib/versions.ts";
import secrets from "secrets/learn/schema.ts";
import type project from "./project.ts";

const name = "learn";

export default defineProgram<typeof project>(async ({ config, info, needs, secretsFor }) => {
  const { eks } = needs;
  const { host } = config;
  const provider = new kubernetes.Provider(name, { kubeconfig: eks.kubeconfig });
  const opts = { providers: [provider] };
  const namespace = new kubernetes.core.v1.Namespace(name, { metadata: { name } }, { provider })
    .metadata.name;

  const place = {
    vpcId: needs.network.vpcId,
    subnetIds: needs.network.privateSubnetIds,
    clients: [eks.securityGroupId],
    alarmTopics: [needs.monitoring.noticesTopicArn],
  };
  const sizes = SIZES[info.environment];
  const { cache: cacheSecrets, database: databaseSecrets } = await secretsFor(secrets);
  const database = new Database(name, {
    ...place,
    vaultSecurityGroupId: needs.vault.securityGroupId,
    ...sizes.database,
    ...config.database,
    environment: info.environment,
    database: name,
    adminPassword: databaseSecrets.admin_password,
  });
  const cache = new Cache(`${name}-${info.environmentSuffix}`, {
    ...place,
    ...sizes.cache,
    ...config.cache,
    authToken: cacheSecrets.auth_token,
  });
  const bucket = new Bucket(`${name}-media-${info.environmentSuffix}`, {
    corsOrigins: [`https://${host}`],
  });
  const assets = new StaticSite(`${name}-assets-${info.environmentSuffix}`, {
    kind: "assets",
    host: config.assetsHost,
    zoneId: needs.dns.zoneId,
  });

  const binding = new EksAuthBinding(name, {
    application: name,
    namespace,
    oidcProviderArn: eks.oidcProviderArn,
    vaultAddress: eks.vaultAddress,
    vaultAuthMount: eks.vaultAuthMount,
    iamPolicy: policyDocument(
      { actions: "s3:ListBucket", resources: [bucket.arn, assets.bucketArn] },
      {
        actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        resources: [pulumi.interpolate`${bucket.arn}/*`, pulumi.interpolate`${assets.bucketArn}/*`],
      },
    ),
    vaultPolicy: await readPolicyFile(new URL("./learn_server_policy.hcl", import.meta.url)),
  }, opts);
  const restartTargets = [name, `${name}-default`, `${name}-beat`].map((deployment) => ({
    kind: "Deployment" as const,
    name: deployment,
  }));
  const inVault = { namespace, vaultAuth: binding.vaultAuth, restartTargets };
  const web = new OLVaultK8SSecret(`${name}-web`, {
    ...inVault,
    type: "static",
    mount: "secret-learn",
    path: "web",
    templates: {
      SECRET_KEY: "{{ .Secrets.secret_key }}",
      STATUS_TOKEN: "{{ .Secrets.status_token }}",
      MAILGUN_KEY: "{{ .Secrets.mailgun_key }}",
    },
  }, opts);
  const redis = new OLVaultK8SSecret(`${name}-cache`, {
    ...inVault,
    type: "static",
    mount: "secret-learn",
    path: "cache",
    templates: {
      REDIS_PASSWORD: "{{ .Secrets.auth_token }}",
      CELERY_BROKER_URL: pulumi.interpolate`rediss://:{{ .Secrets.auth_token }}@${cache.address}/0`,
    },
  }, opts);
  // Vault makes a user for each lease and drops it at its end.
  const user = new OLVaultK8SSecret(`${name}-database`, {
    ...inVault,
    type: "dynamic",
    mount: database.vaultPath,
    path: "creds/app",
    templates: {
      DATABASE_URL: pulumi
        .interpolate`postgres://{{ .Secrets.username }}:{{ .Secrets.password }}@${database.host}:${database.port}/${name}?sslmode=require`,
    },
  }, opts);

  const application = new K8sApplication(name, {
    application: name,
    namespace,
    image: config.image,
    serviceAccount: binding.serviceAccounts[0],
    environment: {
      MITOL_APP_BASE_URL: `https://${host}`,
      AWS_STORAGE_BUCKET_NAME: bucket.bucketName,
      STATICFILES_BUCKET_NAME: assets.bucketName,
      STATICFILES_BASE_URL: `${assets.url}/`,
    },
    secretNames: [web.secretName, redis.secretName, user.secretName],
    redis: {
      address: cache.address,
      password: { secretName: redis.secretName, key: "REDIS_PASSWORD" },
    },
    web: {
      ...config.web,
      probes: {
        startup: "/health/startup/",
        readiness: "/health/readiness/",
        liveness: "/health/",
      },
      nginx: { image: CONTAINERS.nginx, maxBodySize: "25m" },
    },
    workers: {
      default: {
        command: ["celery", "-A", "main", "worker"],
        resources: config.worker.resources,
        replicas: { min: 0, max: config.worker.max },
        queue: { list: "celery" },
      },
      beat: { command: ["celery", "-A", "main", "beat"], singleton: true },
    },
    cronJobs: {
      "update-search": {
        schedule: "15 3 * * *",
        command: ["python", "manage.py", "recreate_index", "--all"],
      },
    },
    migrations: { command: ["python", "manage.py", "migrate", "--noinput"] },
  }, opts);

  const shared = new OLApisixSharedPlugins(`${name}-plugins`, { namespace }, opts);
  const oidc = new OLApisixOidc(name, {
    namespace,
    vaultAuth: binding.vaultAuth,
    vaultMount: needs.vault.operationsMount,
    vaultPath: "sso/learn",
  }, opts);
  const route = {
    hosts: [host],
    backend: { service: application.serviceName!, port: application.servicePort },
    sharedPlugins: shared.configName,
  };
  new OLApisixRoute(name, {
    namespace,
    routes: [
      { ...route, name: "site", plugins: [oidc.plugin("pass")] },
      { ...route, name: "login", paths: ["/login/*"], priority: 10, plugins: [oidc.plugin()] },
    ],
  }, opts);

  return {
    url: `https://${host}`,
    namespace,
    bucketName: bucket.bucketName,
    roleArn: binding.roleArn,
  };
});
