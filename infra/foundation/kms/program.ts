import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyPolicy } from "infra/components/key_policy.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import { KEYS } from "./config.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(({ config, info }) => {
  const { accountId } = aws.getCallerIdentityOutput({});
  const make = (name: keyof typeof KEYS) => {
    const { description, service }: { description: string; service?: string } = KEYS[name];
    const key = new aws.kms.Key(`${name}-${info.environmentSuffix}`, {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: config.deletionWindowDays,
      policy: accountId.apply((account) => keyPolicy(account, service ? [service] : [])),
    }, { protect: info.environment === "Production" });
    const alias = new aws.kms.Alias(`${name}-${info.environmentSuffix}`, {
      name: `alias/${name}-${info.environmentSuffix}`,
      targetKeyId: key.keyId,
    });
    return { key, facts: pulumi.output({ arn: key.arn, alias: alias.name }) };
  };
  const disks = make("disks");
  new aws.ebs.EncryptionByDefault("disks", { enabled: true });
  new aws.ebs.DefaultKmsKey("disks", { keyArn: disks.key.arn });
  return {
    secrets: make("infrastructure-secrets").facts,
    vaultUnseal: make("vault-unseal").facts,
    alarms: make("alarms").facts,
    disks: disks.facts,
  };
});
