import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { checkedInput } from "infra/components/checked_input.ts";
import { customResource } from "infra/components/crds/define.ts";
import { VaultAuth, VaultConnection } from "infra/components/crds/vault.ts";
import { DnsLabel } from "infra/components/dns_label.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode VaultBinding} is made from, beside what other resources tell. */
export const VaultBindingArgs = z.strictObject({
  /** Starts every name in Vault and Kubernetes: `learn`. */
  application: DnsLabel,
  /** What the application may do in Vault, in HCL. */
  vaultPolicy: z.string().trim().min(1, "must not be empty"),
  /** Seconds that a token of Vault lasts. */
  vaultTokenSeconds: z.int().min(60).max(86400).default(3600),
});

const Mount = z.string().regex(/^[a-z0-9][a-z0-9/-]*$/, "must be a mount such as k8s-data");

/** Arguments as they are given. */
export type VaultBindingArgs = z.input<typeof VaultBindingArgs> & {
  /** Where the application is. */
  readonly namespace: pulumi.Input<string>;
  /** Where Vault answers: `https://vault-qa.example.edu`. */
  readonly vaultAddress: pulumi.Input<string>;
  /** The mount of Vault's Kubernetes auth method for the cluster: `k8s-applications-qa`. */
  readonly vaultAuthMount: pulumi.Input<string>;
};

/**
 * What lets the Vault Secrets Operator read an application's secrets, and no others.
 *
 * Creates: a Vault policy, and a role of Vault's Kubernetes auth method for the service account with which
 * the operator logs in; that account, which may have tokens reviewed; the operator's `VaultConnection` and
 * `VaultAuth`.
 */
export class VaultBinding extends pulumi.ComponentResource {
  /** The `VaultAuth` by which secrets are read. */
  readonly vaultAuth: pulumi.Output<string>;
  /** The role of Vault's Kubernetes auth method. */
  readonly vaultRole: pulumi.Output<string>;

  /**
   * Makes the binding.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VaultBindingArgs}
   * @throws {Problems} for arguments that {@linkcode VaultBindingArgs} refuses
   */
  constructor(name: string, args: VaultBindingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:vault:Binding", name, {}, opts);
    const { namespace, vaultAddress, vaultAuthMount, ...given } = args;
    const source = `VaultBinding ${name}`;
    const settings = parseWith(VaultBindingArgs, given, source);
    const address = checkedInput(z.url(), vaultAddress, source, "vaultAddress");
    const mount = checkedInput(Mount, vaultAuthMount, source, "vaultAuthMount");
    const { application } = settings;
    const parent = { parent: this };
    const metadata = (suffix: string) => ({ name: `${application}-${suffix}`, namespace });

    const policy = new vault.Policy(`${name}-server`, {
      name: `${application}-server`,
      policy: settings.vaultPolicy,
    }, parent);
    const account = new kubernetes.core.v1.ServiceAccount(`${name}-vault`, {
      metadata: metadata("vault"),
    }, parent);
    // Vault holds no credentials for the cluster: it reviews a token with that same token.
    const reviewer = new kubernetes.rbac.v1.ClusterRoleBinding(`${name}-vault`, {
      metadata: { name: pulumi.interpolate`${namespace}-${application}-vault-token-review` },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "system:auth-delegator",
      },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
    }, parent);
    const role = new vault.kubernetes.AuthBackendRole(`${name}-vault`, {
      backend: mount,
      roleName: application,
      boundServiceAccountNames: [account.metadata.name],
      boundServiceAccountNamespaces: [namespace],
      tokenPolicies: [policy.name],
      tokenTtl: settings.vaultTokenSeconds,
    }, parent);
    const connection = customResource(VaultConnection, `${name}-vault-connection`, {
      metadata: metadata("vault-connection"),
      spec: { address, skipTLSVerify: false },
    }, parent);
    const auth = customResource(VaultAuth, `${name}-auth`, {
      metadata: metadata("auth"),
      spec: {
        vaultConnectionRef: connection.metadata.name,
        method: "kubernetes",
        mount,
        kubernetes: { role: role.roleName, serviceAccount: account.metadata.name },
      },
    }, { ...parent, dependsOn: [reviewer] });
    this.vaultAuth = auth.metadata.name;
    this.vaultRole = role.roleName;
    this.registerOutputs({ vaultAuth: this.vaultAuth, vaultRole: this.vaultRole });
  }
}
