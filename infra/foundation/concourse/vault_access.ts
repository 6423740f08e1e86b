import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { organization } from "lib/organization.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";

const HOUR = 3600;

/**
 * Lets web nodes read what pipelines ask for.
 *
 * @returns What they log in with, as `CONCOURSE_VAULT_AUTH_PARAM` takes it; secret
 */
export async function letWebRead(
  name: string,
  appRoleMount: pulumi.Input<string>,
): Promise<pulumi.Output<string>> {
  const policy = new vault.Policy(`${name}-server`, {
    name: "concourse-server",
    policy: await readPolicyFile(new URL("./concourse_server_policy.hcl", import.meta.url)),
  });
  const role = new vault.approle.AuthBackendRole(name, {
    backend: appRoleMount,
    roleName: "concourse",
    tokenPolicies: [policy.name],
    // Renewed as long as a web node runs.
    tokenPeriod: 24 * HOUR,
  });
  const login = new vault.approle.AuthBackendRoleSecretId(name, {
    backend: appRoleMount,
    roleName: role.roleName,
  });
  return pulumi.secret(pulumi.interpolate`role_id:${role.roleId},secret_id:${login.secretId}`);
}

/** Lets builds on workers deploy, by the workers' role. */
export function letWorkersDeploy(
  name: string,
  { awsAuthMount, deployerPolicy, workerRoleArn }: {
    readonly awsAuthMount: pulumi.Input<string>;
    readonly deployerPolicy: pulumi.Input<string>;
    readonly workerRoleArn: pulumi.Input<string>;
  },
): void {
  new vault.aws.AuthBackendRole(`${name}-deployer`, {
    backend: awsAuthMount,
    role: organization.deployerRole,
    authType: "iam",
    boundIamPrincipalArns: [workerRoleArn],
    tokenPolicies: [deployerPolicy],
    tokenTtl: HOUR,
    tokenMaxTtl: 4 * HOUR,
  });
}
