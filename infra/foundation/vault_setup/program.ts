import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { after } from "infra/components/after.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import secrets from "secrets/vault/schema.ts";
import type project from "./project.ts";

const HOUR = 3600;

async function makePolicy(name: string): Promise<pulumi.Output<string>> {
  const policy = await readPolicyFile(new URL(`./${name}_policy.hcl`, import.meta.url));
  return new vault.Policy(name, { name, policy }).name;
}

function makeKeyValue(path: string, description: string): pulumi.Output<string> {
  return new vault.Mount(path, { path, type: "kv", options: { version: "2" }, description }).path;
}

export default defineProgram<typeof project>(async ({ config, needs, secretsFor }) => {
  const { address, host } = needs.vault;
  const { oidc: client } = await secretsFor(secrets);

  new vault.Audit("journal", {
    type: "file",
    path: "journal",
    description: "Every request, without secrets, in each server's journal",
    options: { file_path: "stdout" },
  });
  // A server that was replaced is forgotten before the next one goes, or the dead would soon be a majority;
  // one that is only silent is not, as without its replacement there would be too few.
  new vault.RaftAutopilot("servers", {
    cleanupDeadServers: true,
    deadServerLastContactThreshold: "3m0s",
    minQuorum: needs.vault.servers,
  });

  const administrator = await makePolicy("administrator");
  const reader = await makePolicy("reader");
  const deployer = await makePolicy("deployer");
  const snapshot = await makePolicy("snapshot");

  const aws = new vault.AuthBackend("aws", {
    type: "aws",
    path: "aws",
    description: "Machines and pipelines of AWS, by their roles",
  });
  const awsMount = aws.path.apply((path) => path ?? "aws");
  const awsClient = new vault.aws.AuthBackendClient("aws", {
    backend: awsMount,
    iamServerIdHeaderValue: host,
    stsRegion: config.region,
    stsEndpoint: `https://sts.${config.region}.amazonaws.com`,
  });
  const awsAuthMount = after(awsMount, awsClient);
  new vault.aws.AuthBackendRole("snapshot", {
    backend: awsAuthMount,
    role: "snapshot",
    authType: "iam",
    boundIamPrincipalArns: [needs.vault.roleArn],
    tokenPolicies: [snapshot],
    tokenTtl: 600,
    tokenMaxTtl: 600,
  });
  const appRole = new vault.AuthBackend("approle", {
    type: "approle",
    path: "approle",
    description: "Services that have no other way",
  });

  const people = new vault.jwt.AuthBackend("people", {
    type: "oidc",
    path: "oidc",
    description: "People, by the organization's own login",
    oidcDiscoveryUrl: config.issuer,
    oidcClientId: client.client_id,
    oidcClientSecret: client.client_secret,
    defaultRole: "reader",
  });
  const peopleMount = people.path.apply((path) => path ?? "oidc");
  const roles = [
    ["administrator", administrator, 1, { boundClaims: { groups: config.administrators } }],
    ["reader", reader, 8, {}],
  ] as const;
  for (const [roleName, policy, hours, who] of roles) {
    new vault.jwt.AuthBackendRole(roleName, {
      ...who,
      backend: peopleMount,
      roleName,
      roleType: "oidc",
      userClaim: "email",
      groupsClaim: "groups",
      oidcScopes: ["profile", "email"],
      allowedRedirectUris: [
        pulumi.interpolate`${address}/ui/vault/auth/oidc/oidc/callback`,
        "http://localhost:8250/oidc/callback",
      ],
      tokenPolicies: [policy],
      tokenTtl: hours * HOUR,
      tokenMaxTtl: hours * HOUR,
    });
  }

  const operationsMount = makeKeyValue("secret-operations", "What operators know");
  const globalMount = makeKeyValue("secret-global", "What every application may know");
  for (const name of config.applications) makeKeyValue(`secret-${name}`, `Secrets of ${name}`);
  const transit = new vault.Mount("infrastructure", {
    path: "infrastructure",
    type: "transit",
    description: "Keys that never leave Vault",
  });
  const sops = new vault.transit.SecretBackendKey("sops", {
    backend: transit.path,
    name: "sops",
    type: "aes256-gcm96",
    autoRotatePeriod: 90 * 24 * HOUR,
  });

  return {
    address,
    securityGroupId: needs.vault.securityGroupId,
    awsAuthMount,
    awsAuthHeader: host,
    appRoleMount: appRole.path.apply((path) => path ?? "approle"),
    deployerPolicy: deployer,
    operationsMount,
    globalMount,
    sopsKey: pulumi.interpolate`${transit.path}/keys/${sops.name}`,
  };
});
