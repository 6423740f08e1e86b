import { GatewayRoute } from "infra/components/apisix/gateway_route.ts";
import { OLApisixOidc } from "infra/components/apisix/oidc.ts";
import { OLApisixRoute } from "infra/components/apisix/route.ts";
import { OLApisixSharedPlugins } from "infra/components/apisix/shared_plugins.ts";
import { OLApisixUpstream } from "infra/components/apisix/upstream.ts";
import { EksAuthBinding } from "infra/components/eks_auth_binding.ts";
import { K8sApplication } from "infra/components/kubernetes_application/application.ts";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";

/** One of each component that makes Kubernetes objects, with every option that it has. */
export function makeEveryKubernetesComponent(): void {
  const namespace = "every";
  const binding = new EksAuthBinding("every", {
    application: "every",
    namespace,
    oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/ABC",
    serviceAccounts: ["every", "every-worker"],
    vaultAddress: "https://vault-qa.example.edu",
    vaultAuthMount: "k8s-every",
    vaultPolicy: 'path "secret-every/*" { capabilities = ["read"] }',
  });
  const secret = {
    namespace,
    vaultAuth: binding.vaultAuth,
    templates: { URL: "postgres://{{ .Secrets.username }}@db" },
    restartTargets: [{ kind: "Deployment" as const, name: "every" }],
  };
  const environment = new OLVaultK8SSecret("every-env", {
    ...secret,
    type: "static",
    mount: "secret-every",
    path: "env",
  });
  const database = new OLVaultK8SSecret("every-db", {
    ...secret,
    type: "dynamic",
    mount: "postgres-every",
    path: "creds/app",
    params: { ttl: "1h" },
    refreshAfter: "30m",
  });
  const probes = { startup: "/", readiness: "/", liveness: "/" };
  const every = new K8sApplication("every", {
    application: "every",
    namespace,
    image: { repository: "mitodl/every", digest: `sha256:${"0".repeat(64)}` },
    serviceAccount: binding.serviceAccounts[0],
    environment: { MODE: "test" },
    secretNames: [environment.secretName, database.secretName],
    redis: { address: "cache:6379", password: { secretName: "every-redis", key: "token" } },
    web: {
      probes,
      replicas: { min: 2, max: 4 },
      nginx: { image: { repository: "nginx", tag: "1" } },
    },
    workers: {
      queue: { command: ["work"], replicas: { min: 0, max: 3 }, queue: { list: "celery" } },
      steady: { command: ["work"], replicas: { min: 2, max: 3 } },
      beat: { command: ["beat"], singleton: true },
    },
    cronJobs: {
      nightly: { schedule: "0 3 * * 1-5", timeZone: "America/New_York", command: ["tidy"] },
    },
    migrations: { command: ["migrate"] },
  });
  const shared = new OLApisixSharedPlugins("every-shared", {
    namespace,
    plugins: [{ name: "cors", config: { allow_origins: "https://example.edu" } }],
  });
  const upstream = new OLApisixUpstream("every-upstream", {
    namespace,
    nodes: [{ host: "a.example.edu", port: 443 }],
    passHost: "rewrite",
    host: "b.example.edu",
  });
  const oidc = new OLApisixOidc("every", {
    namespace,
    vaultAuth: binding.vaultAuth,
    vaultMount: "secret-operations",
    vaultPath: "sso/every",
  });
  const route = {
    name: "web",
    hosts: ["every.example.edu"],
    backend: { service: every.serviceName!, port: every.servicePort },
    sharedPlugins: shared.configName,
    methods: ["GET" as const, "POST" as const],
    timeouts: { read: "300s" },
    priority: 3,
  };
  new OLApisixRoute("every", {
    namespace,
    routes: [
      { ...route, plugins: [oidc.plugin()], websocket: true },
      { name: "files", hosts: route.hosts, paths: ["/files/*"], upstream: upstream.upstreamName },
      { ...route, name: "named", priority: 4, backend: { service: "every", port: "http" } },
    ],
  });
  new GatewayRoute("every-gateway", {
    namespace,
    gateway: { name: "public", namespace: "operations", listener: "https" },
    routes: [{ ...route, paths: ["/api/*", "/health"], plugins: [{ name: "cors" }] }],
  });
}
