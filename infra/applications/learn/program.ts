import * as kubernetes from "@pulumi/kubernetes";
import { OLApisixOidc } from "infra/components/apisix/oidc.ts";
import { OLApisixRoute } from "infra/components/apisix/route.ts";
import { OLApisixSharedPlugins } from "infra/components/apisix/shared_plugins.ts";
import { EksAuthBinding } from "infra/components/eks_auth_binding.ts";
import { K8sApplication } from "infra/components/kubernetes_application/application.ts";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import { CONTAINERS } from "lib/versions.ts";
import type project from "./project.ts";

const name = "learn";

export default defineProgram<typeof project>(async ({ config, needs }) => {
  const { eks } = needs;
  const { host } = config;
  const provider = new kubernetes.Provider(name, { kubeconfig: eks.kubeconfig });
  const opts = { providers: [provider] };
  const namespace = new kubernetes.core.v1.Namespace(name, { metadata: { name } }, { provider })
    .metadata.name;

  const binding = new EksAuthBinding(name, {
    application: name,
    namespace,
    oidcProviderArn: eks.oidcProviderArn,
    vaultAddress: eks.vaultAddress,
    vaultAuthMount: eks.vaultAuthMount,
    vaultPolicy: await readPolicyFile(new URL("./learn_server_policy.hcl", import.meta.url)),
  }, opts);
  const { vaultAuth } = binding;
  const restartTargets = [name, `${name}-default`, `${name}-beat`].map((deployment) => ({
    kind: "Deployment" as const,
    name: deployment,
  }));
  const secrets = new OLVaultK8SSecret(`${name}-web`, {
    type: "static",
    namespace,
    vaultAuth,
    mount: "secret-learn",
    path: "web",
    templates: {
      SECRET_KEY: "{{ .Secrets.secret_key }}",
      STATUS_TOKEN: "{{ .Secrets.status_token }}",
      MAILGUN_KEY: "{{ .Secrets.mailgun_key }}",
    },
    restartTargets,
  }, opts);

  const application = new K8sApplication(name, {
    application: name,
    namespace,
    image: config.image,
    serviceAccount: binding.serviceAccounts[0],
    environment: { MITOL_APP_BASE_URL: `https://${host}` },
    secretNames: [secrets.secretName],
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
      default: { command: ["celery", "-A", "main", "worker"] },
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
    vaultAuth,
    vaultMount: "secret-operations",
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

  return { url: `https://${host}`, namespace, roleArn: binding.roleArn };
});
