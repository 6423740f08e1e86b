import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyPolicy, type KeyUsers } from "infra/components/key_policy.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import { type KeyPurpose, KEYS } from "./config.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(({ config, info }) => {
  const { accountId } = aws.getCallerIdentityOutput({});
  const make = (name: keyof typeof KEYS) => {
    const { description, service, isForDisks }: KeyPurpose = KEYS[name];
    const users: KeyUsers = {
      ...(service ? { services: [service] } : {}),
      ...(isForDisks ? { through: `ec2.${config.region}` } : {}),
    };
    const key = new aws.kms.Key(`${name}-${info.environmentSuffix}`, {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: config.deletionWindowDays,
      policy: accountId.apply((account) => keyPolicy(account, users)),
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
