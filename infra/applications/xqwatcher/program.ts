import * as kubernetes from "@pulumi/kubernetes";
import { EksAuthBinding } from "infra/components/eks_auth_binding.ts";
import { K8sApplication } from "infra/components/kubernetes_application/application.ts";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(async ({ config, info, needs }) => {
  const name = info.tenant ? `${info.tenant}-xqwatcher` : "xqwatcher";
  const { eks } = needs;
  const provider = new kubernetes.Provider(name, { kubeconfig: eks.kubeconfig });
  const namespace = new kubernetes.core.v1.Namespace(name, { metadata: { name } }, { provider })
    .metadata.name;
  const opts = { providers: [provider] };

  const binding = new EksAuthBinding(name, {
    application: name,
    namespace,
    oidcProviderArn: eks.oidcProviderArn,
    vaultAddress: eks.vaultAddress,
    vaultAuthMount: eks.vaultAuthMount,
    vaultPolicy: await readPolicyFile(new URL("./xqwatcher_server_policy.hcl", import.meta.url)),
  }, opts);
  // Read from Vault at run time: the value never passes through Pulumi.
  const graderConfig = new OLVaultK8SSecret(`${name}-grader-config`, {
    type: "static",
    namespace,
    vaultAuth: binding.vaultAuth,
    mount: "secret-xqwatcher",
    path: "grader-config",
    restartTargets: [{ kind: "Deployment", name: `${name}-grader` }],
  }, opts);

  new K8sApplication(name, {
    application: name,
    namespace,
    image: config.image,
    serviceAccount: binding.serviceAccounts[0],
    secretFiles: { "/etc/xqwatcher": graderConfig.secretName },
    workers: {
      grader: {
        command: ["python", "-m", "xqueue_watcher", "-d", "/etc/xqwatcher"],
        replicas: { min: config.replicas },
      },
    },
  }, opts);

  return { namespace, roleArn: binding.roleArn };
});
