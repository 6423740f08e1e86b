import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

const Word = z.string().regex(
  /^[a-z][a-z0-9-]*$/,
  "must be lower-case letters, digits and dashes",
);

/** `Pulumi.<stack>.yaml` of what Vault holds from the start. */
export const VaultSetupConfig = AWSBase.extend({
  /** Who knows people: `https://sso.example.edu/realms/staff`. */
  issuer: z.url({ protocol: /^https$/, error: "must be an https address" }),
  /** Whoever is in this group of the issuer's administers Vault; everybody else reads names. */
  administrators: z.string().min(1),
  /** Whose secrets are kept: `learn` at `secret-learn`, beside everybody's and the operators'. */
  applications: z.array(Word).refine(
    (all) => new Set(all).size === all.length,
    "names an application twice",
  ).refine(
    (all) => !all.includes("global") && !all.includes("operations"),
    "global and operations are there anyway",
  ),
});

/** What others may read of Vault. */
export const VaultSetupOutputs = z.strictObject({
  /** Where Vault answers. */
  address: z.url({ protocol: /^https$/ }),
  /** The servers' security group: what lets Vault in, to make users there. */
  securityGroupId: z.string().startsWith("sg-"),
  /** The method by which machines of AWS log in. */
  awsAuthMount: z.string(),
  /** What they sign with it. */
  awsAuthHeader: z.string(),
  /** The method by which services log in that have no other. */
  appRoleMount: z.string(),
  /** The policy of who deploys from this repository. */
  deployerPolicy: z.string(),
  /** The operators' secrets. */
  operationsMount: z.string(),
  /** Everybody's secrets. */
  globalMount: z.string(),
  /** The key of Vault's that SOPS files may name: `infrastructure/keys/sops`. */
  sopsKey: z.string(),
});
