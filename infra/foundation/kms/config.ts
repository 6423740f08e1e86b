import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** What a key is for. */
export interface KeyPurpose {
  readonly description: string;
  /** The service that publishes what is encrypted with it. */
  readonly service?: string;
  /** Whether whoever makes machines may use it for their disks. */
  readonly isForDisks?: boolean;
}

/** What each key is for; its alias is `<name>-<environment>`. */
export const KEYS = {
  /** The alias that SOPS files and Pulumi's secrets providers name. */
  "infrastructure-secrets": { description: "Secrets at rest: SOPS files and Pulumi's state" },
  "vault-unseal": { description: "Unseals Vault when a server starts" },
  /** A topic's messages are encrypted for CloudWatch, which has to be let in by name. */
  alarms: { description: "Messages of alarms", service: "cloudwatch" },
  disks: {
    description: "Disks of machines and of pods, unless they name another key",
    isForDisks: true,
  },
} as const satisfies Record<string, KeyPurpose>;

/** `Pulumi.<stack>.yaml` of the keys. */
export const KmsConfig = AWSBase.extend({
  /** Days between the deletion of a key and its end, 7 to 30; Production's wait 30. Default 30. */
  deletionWindowDays: z.int().min(7).max(30).default(30),
}).refine(
  ({ tags, deletionWindowDays }) =>
    deletionWindowDays === 30 || !tags.Environment.toLowerCase().endsWith("production"),
  {
    message: "Production's keys wait 30 days, so that a mistake is noticed",
    path: ["deletionWindowDays"],
  },
);

/** What others may know of a key. */
const Key = z.strictObject({
  /** `arn:aws:kms:…:key/…`: what policies name. */
  arn: z.string().startsWith("arn:aws:kms:"),
  /** `alias/vault-unseal-qa`: what configuration names. */
  alias: z.string().startsWith("alias/"),
});

/** What others may read of the keys. */
export const KmsOutputs = z.strictObject({
  /** For secrets at rest. */
  secrets: Key,
  /** For Vault's seal. */
  vaultUnseal: Key,
  /** For topics that alarms are sent to. */
  alarms: Key,
  /** For disks. */
  disks: Key,
});
