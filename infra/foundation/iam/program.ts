import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

/** Lets people of the account take a role on, if they showed a second factor within the last hour. */
function peopleOf(account: string): string {
  return JSON.stringify(policyDocument({
    principals: { AWS: `arn:aws:iam::${account}:root` },
    actions: "sts:AssumeRole",
    conditions: {
      Bool: { "aws:MultiFactorAuthPresent": "true" },
      NumericLessThan: { "aws:MultiFactorAuthAge": 3600 },
    },
  }));
}

export default defineProgram<typeof project>(async ({ config, info }) => {
  const suffix = info.environmentSuffix;
  const { accountId } = aws.getCallerIdentityOutput({});
  const noKeys = await readPolicyFile(
    new URL("./no_long_lived_keys_policy.json", import.meta.url),
  );
  const roles = Object.entries(config.roles).map(([name, wanted]) => {
    const role = new aws.iam.Role(`${name}-${suffix}`, {
      name,
      description: wanted.description,
      maxSessionDuration: wanted.sessionHours * 3600,
      assumeRolePolicy: accountId.apply(peopleOf),
    });
    for (const policy of wanted.managedPolicies) {
      new aws.iam.RolePolicyAttachment(`${name}-${suffix}-${policy.replaceAll("/", "-")}`, {
        role: role.name,
        policyArn: `arn:aws:iam::aws:policy/${policy}`,
      });
    }
    new aws.iam.RolePolicy(`${name}-${suffix}-no-keys`, { role: role.name, policy: noKeys });
    return [name, role.arn] as const;
  });

  new aws.iam.AccountPasswordPolicy("passwords", {
    minimumPasswordLength: config.minimumPasswordLength,
    requireLowercaseCharacters: true,
    requireUppercaseCharacters: true,
    requireNumbers: true,
    requireSymbols: true,
    allowUsersToChangePassword: true,
    passwordReusePrevention: 24,
  });
  new aws.s3.AccountPublicAccessBlock("buckets", {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.ebs.SnapshotBlockPublicAccess("snapshots", { state: "block-all-sharing" });
  new aws.ec2.InstanceMetadataDefaults("metadata", { httpTokens: "required" });
  const analyzer = new aws.accessanalyzer.Analyzer(`outside-${suffix}`, {
    analyzerName: `outside-${suffix}`,
    type: "ACCOUNT",
  });
  return { roleArns: pulumi.all(Object.fromEntries(roles)), analyzerArn: analyzer.arn };
});
