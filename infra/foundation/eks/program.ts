import * as kubernetes from "@pulumi/kubernetes";
import * as vault from "@pulumi/vault";
import { EksCluster } from "infra/components/eks_cluster.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import { installOperators } from "./operators.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(async ({ config, info, needs }) => {
  const name = `applications-${info.environmentSuffix}`;
  const vaultAddress = needs.vault.address;
  const cluster = new EksCluster(name, {
    ...config.cluster,
    region: config.region,
    subnetIds: needs.network.kubernetesSubnetIds,
    serviceCidr: needs.network.kubernetesServiceCidr,
    // Pipelines' workers, and Vault, which asks whose a service account's token is.
    apiNetworks: { operations: needs.network.operations.cidrBlock },
    deployers: { "concourse-worker": needs.concourse.workerRoleArn },
  });
  const provider = new kubernetes.Provider(name, { kubeconfig: cluster.kubeconfig });

  const mount = new vault.AuthBackend(`k8s-${name}`, { type: "kubernetes", path: `k8s-${name}` });
  const auth = new vault.kubernetes.AuthBackendConfig(`k8s-${name}`, {
    backend: mount.path.apply((path) => path ?? `k8s-${name}`),
    kubernetesHost: cluster.endpoint,
    kubernetesCaCert: cluster.certificateAuthority,
    // Vault runs outside the cluster: it has no token of its own to review others with.
    disableLocalCaJwt: true,
  });

  installOperators(name, {
    provider,
    region: config.region,
    domain: needs.dns.domain,
    zoneId: needs.dns.zoneId,
    certificateContact: config.certificateContact,
    gatewayReplicas: config.gatewayReplicas,
    oidcProviderArn: cluster.oidcProviderArn,
    vaultAddress,
    vaultAuthMount: auth.backend.apply((path) => path!),
    operationsMount: needs.vault.operationsMount,
    apisixPolicy: await readPolicyFile(new URL("./apisix_policy.hcl", import.meta.url)),
  });

  return {
    clusterName: cluster.clusterName,
    kubeconfig: cluster.kubeconfig,
    oidcProviderArn: cluster.oidcProviderArn,
    securityGroupId: cluster.securityGroupId,
    vaultAuthMount: auth.backend.apply((path) => path!),
    vaultAddress,
    domain: needs.dns.domain,
  };
});
