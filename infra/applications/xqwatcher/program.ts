import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as vault from "@pulumi/vault";
import { defineProgram } from "lib/pulumi/project.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(async ({ config, info, needs }) => {
  const name = "xqwatcher";
  const namespace = new kubernetes.core.v1.Namespace(name, { metadata: { name } });
  const inNamespace = (objectName: string) => ({
    name: objectName,
    namespace: namespace.metadata.name,
  });

  const role = new aws.iam.Role(`${name}-${info.environmentSuffix}`, {
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      }],
    }),
  });
  const policy = new vault.Policy(`${name}-server`, {
    name: `${name}-server`,
    policy: await readPolicyFile(new URL("./xqwatcher_server_policy.hcl", import.meta.url)),
  });
  const serviceAccount = new kubernetes.core.v1.ServiceAccount(`${name}-vault`, {
    metadata: inNamespace(`${name}-vault`),
  });
  new vault.kubernetes.AuthBackendRole(`${name}-vault`, {
    backend: `k8s-applications-${info.environmentSuffix}`,
    roleName: name,
    boundServiceAccountNames: [serviceAccount.metadata.name],
    boundServiceAccountNamespaces: [namespace.metadata.name],
    tokenPolicies: [policy.name],
    tokenTtl: 3600,
  });

  // Read from Vault at run time: the value never passes through Pulumi.
  const auth = new kubernetes.apiextensions.CustomResource(`${name}-auth`, {
    apiVersion: "secrets.hashicorp.com/v1beta1",
    kind: "VaultAuth",
    metadata: inNamespace(`${name}-auth`),
    spec: {
      method: "kubernetes",
      mount: `k8s-applications-${info.environmentSuffix}`,
      kubernetes: { role: name, serviceAccount: serviceAccount.metadata.name },
    },
  });
  const graderConfig = new kubernetes.apiextensions.CustomResource(`${name}-grader-config`, {
    apiVersion: "secrets.hashicorp.com/v1beta1",
    kind: "VaultStaticSecret",
    metadata: inNamespace(`${name}-grader-config`),
    spec: {
      type: "kv-v2",
      mount: `secret-${name}`,
      path: "grader-config",
      refreshAfter: "1h",
      vaultAuthRef: auth.metadata.name,
      destination: { name: `${name}-grader-config`, create: true, overwrite: true },
      rolloutRestartTargets: [{ kind: "Deployment", name }],
    },
  });

  const { repository, tag, digest } = config.image;
  const labels = { "app.kubernetes.io/name": name };
  new kubernetes.apps.v1.Deployment(name, {
    metadata: inNamespace(name),
    spec: {
      replicas: config.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: serviceAccount.metadata.name,
          containers: [{
            name,
            image: digest ? `${repository}@${digest}` : `${repository}:${tag}`,
            env: [{ name: "VPC_ID", value: needs.network.vpcId }],
            resources: {
              requests: { cpu: "250m", memory: "256Mi" },
              limits: { memory: "512Mi" },
            },
            volumeMounts: [{ name: "config", mountPath: "/etc/xqwatcher", readOnly: true }],
          }],
          volumes: [{ name: "config", secret: { secretName: `${name}-grader-config` } }],
        },
      },
    },
  }, { dependsOn: [graderConfig] });

  return { namespace: namespace.metadata.name, roleArn: role.arn };
});
