import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { customResource } from "infra/components/crds/define.ts";
import { VaultAuth, VaultConnection } from "infra/components/crds/vault.ts";
import { lintIamPolicy, type PolicyDocumentObject, trustPolicy } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** A label of a domain name, as Kubernetes wants most names. @see https://datatracker.ietf.org/doc/html/rfc1123 */
export const DnsLabel = z.string().max(63, "must have at most 63 characters").regex(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "must be lower-case letters, digits and dashes, such as learn-web",
);

/** What an {@linkcode EksAuthBinding} is made from, beside what other resources tell. */
export const EksAuthBindingArgs = z.strictObject({
  /** Starts every name in Vault and Kubernetes: `learn`. */
  application: DnsLabel,
  /** Service accounts that may assume the role; default one, named after the application. */
  serviceAccounts: z.array(DnsLabel).min(1).optional(),
  /** Whether they are made here; false where a chart makes them. */
  createServiceAccounts: z.boolean().default(true),
  /** Seconds that a session of the role lasts, 3600 to 43200. */
  maxSessionSeconds: z.int().min(3600).max(43200).default(3600),
  /** Where Vault answers: `https://vault-qa.example.edu`. */
  vaultAddress: z.url(),
  /** The mount of Vault's Kubernetes auth method for the cluster: `k8s-applications-qa`. */
  vaultAuthMount: z.string().regex(/^[a-z0-9][a-z0-9/-]*$/, "must be a mount such as k8s-data"),
  /** The policy: what the application may do in Vault, in HCL. */
  vaultPolicy: z.string().trim().min(1, "must not be empty"),
  /** Seconds that a token of Vault lasts. */
  vaultTokenSeconds: z.int().min(60).max(86400).default(3600),
});
/** Arguments as they are given. */
export type EksAuthBindingArgs = z.input<typeof EksAuthBindingArgs> & {
  /** Where the service accounts are. */
  readonly namespace: pulumi.Input<string>;
  /** The cluster's OIDC provider. */
  readonly oidcProviderArn: pulumi.Input<string>;
  /** What the role may do in AWS; linted. Default nothing. */
  readonly iamPolicy?: PolicyDocumentObject;
};

/**
 * What lets an application of a cluster into AWS and Vault: once, and only what it needs.
 *
 * Creates: a role that the application's service accounts assume (IRSA), with its policy; the service
 * accounts; a Vault policy, and a role of Vault's Kubernetes auth method for the account with which the
 * Vault Secrets Operator reads; that account; the operator's `VaultConnection` and `VaultAuth`.
 */
export class EksAuthBinding extends pulumi.ComponentResource {
  /** The role that the application's pods assume. */
  readonly roleArn: pulumi.Output<string>;
  /** The role's name, to attach further policies. */
  readonly roleName: pulumi.Output<string>;
  /** The application's service accounts, in the order given. */
  readonly serviceAccounts: readonly pulumi.Output<string>[];
  /** The `VaultAuth` by which secrets are read. */
  readonly vaultAuth: pulumi.Output<string>;
  /** The role of Vault's Kubernetes auth method. */
  readonly vaultRole: pulumi.Output<string>;

  /**
   * Makes the binding.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode EksAuthBindingArgs}
   * @throws {Problems} for arguments that {@linkcode EksAuthBindingArgs} refuses, {@linkcode IamLintError}
   * for a policy with findings
   */
  constructor(name: string, args: EksAuthBindingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:EksAuthBinding", name, {}, opts);
    const { namespace, oidcProviderArn, iamPolicy, ...given } = args;
    const settings = parseWith(EksAuthBindingArgs, given, `EksAuthBinding ${name}`);
    const { application } = settings;
    const names = settings.serviceAccounts ?? [application];
    const parent = { parent: this };

    const role = new aws.iam.Role(`${name}-irsa`, {
      description: `Assumed by the pods of ${application}`,
      maxSessionDuration: settings.maxSessionSeconds,
      assumeRolePolicy: pulumi.all([oidcProviderArn, namespace]).apply(([provider, namespace]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: names.flatMap((serviceAccount) =>
            trustPolicy.irsa({ provider, namespace, serviceAccount }).Statement
          ),
        })
      ),
    }, parent);
    if (iamPolicy !== undefined) {
      new aws.iam.RolePolicy(`${name}-irsa`, {
        role: role.name,
        policy: lintIamPolicy(iamPolicy, {
          stringify: true,
          source: `IAM policy of ${application}`,
        }),
      }, parent);
    }
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.serviceAccounts = names.map((account) =>
      settings.createServiceAccounts
        ? new kubernetes.core.v1.ServiceAccount(`${name}-${account}`, {
          metadata: {
            name: account,
            namespace,
            annotations: { "eks.amazonaws.com/role-arn": role.arn },
          },
        }, parent).metadata.name
        : pulumi.output(account)
    );
    const { vaultAuth, vaultRole } = this.#bindVault(name, settings, namespace);
    this.vaultAuth = vaultAuth;
    this.vaultRole = vaultRole;
    this.registerOutputs({ roleArn: this.roleArn, vaultAuth, vaultRole });
  }

  #bindVault(
    name: string,
    settings: z.output<typeof EksAuthBindingArgs>,
    namespace: pulumi.Input<string>,
  ) {
    const { application, vaultAuthMount } = settings;
    const parent = { parent: this };
    const metadata = (suffix: string) => ({ name: `${application}-${suffix}`, namespace });
    const policy = new vault.Policy(`${name}-server`, {
      name: `${application}-server`,
      policy: settings.vaultPolicy,
    }, parent);
    const account = new kubernetes.core.v1.ServiceAccount(`${name}-vault`, {
      metadata: metadata("vault"),
    }, parent);
    const role = new vault.kubernetes.AuthBackendRole(`${name}-vault`, {
      backend: vaultAuthMount,
      roleName: application,
      boundServiceAccountNames: [account.metadata.name],
      boundServiceAccountNamespaces: [namespace],
      tokenPolicies: [policy.name],
      tokenTtl: settings.vaultTokenSeconds,
    }, parent);
    const connection = customResource(VaultConnection, `${name}-vault-connection`, {
      metadata: metadata("vault-connection"),
      spec: { address: settings.vaultAddress, skipTLSVerify: false },
    }, parent);
    const auth = customResource(VaultAuth, `${name}-auth`, {
      metadata: metadata("auth"),
      spec: {
        vaultConnectionRef: connection.metadata.name,
        method: "kubernetes",
        mount: vaultAuthMount,
        kubernetes: { role: role.roleName, serviceAccount: account.metadata.name },
      },
    }, parent);
    return { vaultAuth: auth.metadata.name, vaultRole: role.roleName };
  }
}
