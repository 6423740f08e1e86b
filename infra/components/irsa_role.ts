import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { lintIamPolicy, type PolicyDocumentObject, trustPolicy } from "lib/iam/mod.ts";
import { DnsLabel } from "infra/components/dns_label.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What an {@linkcode IrsaRole} is made from, beside what other resources tell. */
export const IrsaRoleArgs = z.strictObject({
  /** Who may assume it. */
  serviceAccounts: z.array(DnsLabel).min(1),
  /** Seconds that a session lasts, 3600 to 43200. */
  maxSessionSeconds: z.int().min(3600).max(43200).default(3600),
});
/** Arguments as they are given. */
export type IrsaRoleArgs = z.input<typeof IrsaRoleArgs> & {
  /** Where the service accounts are. */
  readonly namespace: pulumi.Input<string>;
  /** The cluster's OIDC provider. */
  readonly oidcProviderArn: pulumi.Input<string>;
  /** What the role may do; linted. Default nothing. */
  readonly policy?: PolicyDocumentObject;
};

/**
 * A role that service accounts of a cluster assume, and nobody else.
 *
 * Creates: the role, with its policy.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export class IrsaRole extends pulumi.ComponentResource {
  /** The role's ARN. */
  readonly arn: pulumi.Output<string>;
  /** The role's name, to attach further policies. */
  readonly roleName: pulumi.Output<string>;
  /** The annotation that service accounts need. */
  readonly annotations: Readonly<Record<string, pulumi.Output<string>>>;

  /**
   * Makes the role.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode IrsaRoleArgs}
   * @throws {Problems} for arguments that {@linkcode IrsaRoleArgs} refuses, {@linkcode IamLintError} for a
   * policy with findings
   */
  constructor(name: string, args: IrsaRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:IrsaRole", name, {}, opts);
    const { namespace, oidcProviderArn, policy, ...given } = args;
    const settings = parseWith(IrsaRoleArgs, given, `IrsaRole ${name}`);
    const parent = { parent: this };
    const role = new aws.iam.Role(name, {
      maxSessionDuration: settings.maxSessionSeconds,
      assumeRolePolicy: pulumi.all([oidcProviderArn, namespace]).apply(([provider, namespace]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: settings.serviceAccounts.flatMap((serviceAccount) =>
            trustPolicy.irsa({ provider, namespace, serviceAccount }).Statement
          ),
        })
      ),
    }, parent);
    if (policy !== undefined) {
      new aws.iam.RolePolicy(name, {
        role: role.name,
        policy: lintIamPolicy(policy, { stringify: true, source: `IAM policy of ${name}` }),
      }, parent);
    }
    this.arn = role.arn;
    this.roleName = role.name;
    this.annotations = { "eks.amazonaws.com/role-arn": role.arn };
    this.registerOutputs({ arn: this.arn });
  }
}
