import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { after } from "infra/components/after.ts";
import { INGRESS_CLASS } from "infra/components/apisix/route.ts";
import { ApisixTls } from "infra/components/crds/apisix.ts";
import { Certificate, ClusterIssuer } from "infra/components/crds/cert_manager.ts";
import { customResource } from "infra/components/crds/define.ts";
import { Gateway, GatewayClass } from "infra/components/crds/gateway.ts";
import { IrsaRole } from "infra/components/irsa_role.ts";
import { VaultBinding } from "infra/components/vault_binding.ts";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";
import { policyDocument, type StatementOptions } from "lib/iam/mod.ts";
import { CHARTS } from "lib/versions.ts";
import { scaleNodes } from "./scale_nodes.ts";

/** What the operators need to know of the cluster. */
export interface OperatorsArgs {
  readonly provider: kubernetes.Provider;
  readonly region: string;
  /** Under which applications are reached. */
  readonly domain: pulumi.Input<string>;
  /** The domain's hosted zone. */
  readonly zoneId: pulumi.Input<string>;
  readonly certificateContact: string;
  readonly gatewayReplicas: number;
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly vaultAddress: pulumi.Output<string>;
  readonly vaultAuthMount: pulumi.Input<string>;
  /** The operators' secrets in Vault. */
  readonly operationsMount: pulumi.Input<string>;
  readonly apisixPolicy: string;
}

const ACME = "https://acme-v02.api.letsencrypt.org/directory";

/**
 * Installs what applications rely on: secrets, gateway, names, certificates, autoscaling of pods and nodes.
 *
 * @param name The cluster's name
 */
export function installOperators(name: string, args: OperatorsArgs): void {
  const { provider, domain, oidcProviderArn } = args;
  const opts = { provider };
  const hosts = [domain, pulumi.interpolate`*.${domain}`];
  const namespace = new kubernetes.core.v1.Namespace(`${name}-operations`, {
    metadata: { name: "operations" },
  }, opts).metadata.name;
  const install = (
    chart: keyof typeof CHARTS,
    values: pulumi.Inputs,
    dependsOn: pulumi.Resource[] = [],
  ) =>
    new kubernetes.helm.v3.Release(`${name}-${chart}`, {
      name: chart,
      namespace,
      chart,
      version: CHARTS[chart].version,
      repositoryOpts: { repo: CHARTS[chart].repository },
      values,
      atomic: true,
      timeout: 600,
    }, { ...opts, dependsOn });
  const zoneArn = pulumi.interpolate`arn:aws:route53:::hostedzone/${args.zoneId}`;
  const records: StatementOptions = {
    actions: "route53:ChangeResourceRecordSets",
    resources: zoneArn,
  };
  const role = (serviceAccount: string, ...statements: StatementOptions[]) =>
    new IrsaRole(`${name}-${serviceAccount}`, {
      namespace,
      oidcProviderArn,
      serviceAccounts: [serviceAccount],
      policy: policyDocument(...statements),
    });

  const secrets = install("vault-secrets-operator", {
    controller: { replicas: 1, manager: { clientCache: { persistenceModel: "none" } } },
  });
  install("keda", {});

  const nodes = role("cluster-autoscaler", ...scaleNodes(name));
  install("cluster-autoscaler", {
    awsRegion: args.region,
    autoDiscovery: { clusterName: name },
    rbac: { serviceAccount: { name: "cluster-autoscaler", annotations: nodes.annotations } },
    extraArgs: { "balance-similar-node-groups": true, "skip-nodes-with-system-pods": false },
  });

  const dns = role("external-dns", records, {
    actions: "route53:ListHostedZones",
    resources: "*",
  }, {
    actions: ["route53:ListResourceRecordSets", "route53:ListTagsForResources"],
    resources: zoneArn,
  });
  install("external-dns", {
    provider: { name: "aws" },
    sources: ["service", "ingress", "gateway-httproute"],
    domainFilters: [domain],
    policy: "sync",
    txtOwnerId: name,
    serviceAccount: { name: "external-dns", annotations: dns.annotations },
  });

  const certificates = role("cert-manager", records, {
    actions: "route53:GetChange",
    resources: "arn:aws:route53:::change/*",
  }, { actions: "route53:ListResourceRecordSets", resources: zoneArn });
  const manager = install("cert-manager", {
    crds: { enabled: true },
    serviceAccount: { name: "cert-manager", annotations: certificates.annotations },
  });

  const gateway = installGateway(name, { ...args, namespace, secrets, install });
  const issuer = customResource(ClusterIssuer, `${name}-letsencrypt`, {
    metadata: { name: "letsencrypt" },
    spec: {
      acme: {
        server: ACME,
        email: args.certificateContact,
        privateKeySecretRef: { name: "letsencrypt-account" },
        solvers: [{
          selector: { dnsZones: [domain] },
          dns01: { route53: { hostedZoneID: args.zoneId } },
        }],
      },
    },
  }, { ...opts, dependsOn: [manager] });
  const certificate = customResource(Certificate, `${name}-wildcard`, {
    metadata: { name: "wildcard", namespace },
    spec: {
      secretName: "wildcard-tls",
      issuerRef: { name: issuer.metadata.name, kind: "ClusterIssuer" },
      dnsNames: hosts,
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  }, opts);
  customResource(ApisixTls, `${name}-wildcard`, {
    metadata: { name: "wildcard", namespace },
    spec: {
      ingressClassName: INGRESS_CLASS,
      hosts,
      secret: { name: "wildcard-tls", namespace },
    },
  }, { ...opts, dependsOn: [gateway, certificate] });
  installGatewayApi(name, namespace, { ...opts, dependsOn: [gateway] });
}

/** The gateway that `GatewayRoute`s name: APISIX as well, by Kubernetes' own API. */
function installGatewayApi(
  name: string,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const gatewayClass = customResource(GatewayClass, `${name}-apisix`, {
    metadata: { name: "apisix" },
    spec: { controllerName: "apisix.apache.org/apisix-ingress-controller" },
  }, opts);
  const allowedRoutes = { namespaces: { from: "All" as const } };
  customResource(Gateway, `${name}-public`, {
    metadata: { name: "public", namespace },
    spec: {
      gatewayClassName: gatewayClass.metadata.name,
      // The chart's own: where the administration API is, and its key.
      infrastructure: {
        parametersRef: { group: "apisix.apache.org", kind: "GatewayProxy", name: "apisix-config" },
      },
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes },
        {
          name: "https",
          port: 443,
          protocol: "HTTPS",
          tls: { mode: "Terminate", certificateRefs: [{ name: "wildcard-tls" }] },
          allowedRoutes,
        },
      ],
    },
  }, opts);
}

type Install = (
  chart: keyof typeof CHARTS,
  values: pulumi.Inputs,
  dependsOn: pulumi.Resource[],
) => kubernetes.helm.v3.Release;

/** APISIX behind a network load balancer; the keys of its administration API come from Vault. */
function installGateway(
  name: string,
  args: OperatorsArgs & {
    readonly namespace: pulumi.Output<string>;
    readonly secrets: pulumi.CustomResource;
    readonly install: Install;
  },
): kubernetes.helm.v3.Release {
  const { provider, vaultAddress, vaultAuthMount, gatewayReplicas } = args;
  const opts = { providers: [provider] };
  // The operator brings its kinds along.
  const namespace = after(args.namespace, args.secrets);
  const binding = new VaultBinding(`${name}-apisix`, {
    application: "apisix",
    namespace,
    vaultAddress,
    vaultAuthMount,
    vaultPolicy: args.apisixPolicy,
  }, opts);
  const keys = new OLVaultK8SSecret("apisix-admin", {
    type: "static",
    namespace,
    vaultAuth: binding.vaultAuth,
    mount: args.operationsMount,
    path: "apisix",
    restartTargets: [{ kind: "Deployment", name: "apisix" }],
  }, opts);
  return args.install("apisix", {
    replicaCount: gatewayReplicas,
    service: {
      type: "LoadBalancer",
      annotations: {
        "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        // Names of `ApisixRoute`s are unknown to external-dns: one record serves whatever has none of its own.
        "external-dns.alpha.kubernetes.io/hostname": pulumi.interpolate`*.${args.domain}`,
      },
    },
    apisix: { ssl: { enabled: true }, admin: { credentials: { secretName: keys.secretName } } },
    etcd: { replicaCount: gatewayReplicas > 1 ? 3 : 1 },
    "ingress-controller": {
      enabled: true,
      config: { kubernetes: { ingressClass: INGRESS_CLASS } },
      gatewayProxy: {
        createDefault: true,
        provider: {
          controlPlane: {
            auth: {
              adminKey: { valueFrom: { secretKeyRef: { name: keys.secretName, key: "admin" } } },
            },
          },
        },
      },
    },
  }, [keys]);
}
