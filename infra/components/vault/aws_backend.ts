import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { VaultPath } from "infra/components/vault_k8s_secret.ts";
import { lintIamPolicy, type PolicyDocumentObject } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

const LeaseSeconds = z.int().min(900, "must be at least 900 seconds").max(
  129_600,
  "must be at most 129600 seconds",
);

/** What a {@linkcode VaultAwsBackend} is made from, beside roles and policies. */
export const VaultAwsBackendArgs = z.strictObject({
  /** Where it is mounted: `aws-learn`. */
  path: VaultPath,
  /** The region whose endpoints it asks. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as us-east-1"),
  /** Seconds that credentials last when nothing else is asked for. */
  defaultLeaseSeconds: LeaseSeconds.default(3600),
  /** Seconds beyond which they are never renewed. */
  maxLeaseSeconds: LeaseSeconds.default(43_200),
}).refine((args) => args.defaultLeaseSeconds <= args.maxLeaseSeconds, {
  message: "must not exceed maxLeaseSeconds",
  path: ["defaultLeaseSeconds"],
});
/** One kind of credentials. */
export interface VaultAwsRole {
  /** Roles that Vault assumes for whoever asks. */
  readonly roleArns: readonly pulumi.Input<string>[];
  /** Narrows what the credentials may do; linted. Default all that the roles may. */
  readonly policy?: PolicyDocumentObject;
}
/** Arguments as they are given. */
export type VaultAwsBackendArgs = z.input<typeof VaultAwsBackendArgs> & {
  /** Kinds of credentials by the name under which they are asked for. */
  readonly roles: Readonly<Record<string, VaultAwsRole>>;
};

/**
 * Vault's AWS engine: temporary credentials of roles that Vault's own machines may assume. It holds no
 * access key.
 *
 * Creates: the engine with its lease times, and a role for each kind of credentials.
 */
export class VaultAwsBackend extends pulumi.ComponentResource {
  /** Where it is mounted. */
  readonly path: pulumi.Output<string>;

  /**
   * Makes the engine.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VaultAwsBackendArgs}
   * @throws {Problems} for arguments that {@linkcode VaultAwsBackendArgs} refuses, {@linkcode IamLintError}
   * for a policy with findings
   */
  constructor(name: string, args: VaultAwsBackendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:vault:AwsBackend", name, {}, opts);
    const { roles, ...given } = args;
    const settings = parseWith(VaultAwsBackendArgs, given, `VaultAwsBackend ${name}`);
    const parent = { parent: this };
    const backend = new vault.aws.SecretBackend(name, {
      path: settings.path,
      region: settings.region,
      defaultLeaseTtlSeconds: settings.defaultLeaseSeconds,
      maxLeaseTtlSeconds: settings.maxLeaseSeconds,
    }, parent);
    for (const [role, { roleArns, policy }] of Object.entries(roles)) {
      new vault.aws.SecretBackendRole(`${name}-${role}`, {
        backend: backend.path.apply((path) => path ?? settings.path),
        name: role,
        credentialType: "assumed_role",
        roleArns: [...roleArns],
        defaultStsTtl: settings.defaultLeaseSeconds,
        maxStsTtl: settings.maxLeaseSeconds,
        ...(policy
          ? {
            policyDocument: lintIamPolicy(policy, {
              stringify: true,
              source: `IAM policy of ${name}-${role}`,
            }),
          }
          : {}),
      }, parent);
    }
    this.path = backend.path.apply((path) => path ?? settings.path);
    this.registerOutputs({ path: this.path });
  }
}
