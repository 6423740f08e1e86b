import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { DnsLabel } from "infra/components/dns_label.ts";
import { IrsaRole, IrsaRoleArgs } from "infra/components/irsa_role.ts";
import { VaultBinding, type VaultBindingArgs } from "infra/components/vault_binding.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What an {@linkcode EksAuthBinding} is made from, beside what its parts are. */
export const EksAuthBindingArgs = z.strictObject({
  /** Starts every name in Vault and Kubernetes: `learn`. */
  application: DnsLabel,
  /** Service accounts that may assume the role; default one, named after the application. */
  serviceAccounts: IrsaRoleArgs.shape.serviceAccounts.optional(),
  /** Whether they are made here; false where a chart makes them. */
  createServiceAccounts: z.boolean().default(true),
  /** Seconds that a session of the role lasts, 3600 to 43200. */
  maxSessionSeconds: IrsaRoleArgs.shape.maxSessionSeconds,
});
/** Arguments as they are given. */
export type EksAuthBindingArgs = z.input<typeof EksAuthBindingArgs> & VaultBindingArgs & {
  /** The cluster's OIDC provider. */
  readonly oidcProviderArn: pulumi.Input<string>;
  /** What the role may do in AWS; linted. Default nothing. */
  readonly iamPolicy?: PolicyDocumentObject;
};

/**
 * What lets an application of a cluster into AWS and Vault: once, and only what it needs.
 *
 * Creates: an {@linkcode IrsaRole} with the application's policy, the service accounts that assume it,
 * and a {@linkcode VaultBinding}.
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
    const { namespace, vaultAddress, vaultAuthMount, vaultPolicy, vaultTokenSeconds, ...rest } =
      args;
    const { oidcProviderArn, iamPolicy, ...given } = rest;
    const settings = parseWith(EksAuthBindingArgs, given, `EksAuthBinding ${name}`);
    const { application, serviceAccounts = [application] } = settings;
    const parent = { parent: this };
    const role = new IrsaRole(`${name}-irsa`, {
      namespace,
      oidcProviderArn,
      serviceAccounts,
      maxSessionSeconds: settings.maxSessionSeconds,
      ...(iamPolicy ? { policy: iamPolicy } : {}),
    }, parent);
    this.roleArn = role.arn;
    this.roleName = role.roleName;
    this.serviceAccounts = serviceAccounts.map((account) =>
      settings.createServiceAccounts
        ? new kubernetes.core.v1.ServiceAccount(`${name}-${account}`, {
          metadata: { name: account, namespace, annotations: role.annotations },
        }, parent).metadata.name
        : pulumi.output(account)
    );
    const binding = new VaultBinding(name, {
      application,
      namespace,
      vaultAddress,
      vaultAuthMount,
      vaultPolicy,
      ...(vaultTokenSeconds === undefined ? {} : { vaultTokenSeconds }),
    }, parent);
    this.vaultAuth = binding.vaultAuth;
    this.vaultRole = binding.vaultRole;
    this.registerOutputs({ roleArn: this.roleArn, vaultAuth: this.vaultAuth });
  }
}
