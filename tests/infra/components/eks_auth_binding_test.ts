import assert from "node:assert/strict";
import { EksAuthBinding, type EksAuthBindingArgs } from "infra/components/eks_auth_binding.ts";
import { policyDocument } from "lib/iam/mod.ts";
import { make } from "tests/support/program.ts";

const PROVIDER = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC";

const args: EksAuthBindingArgs = {
  application: "learn",
  namespace: "learn",
  oidcProviderArn: PROVIDER,
  vaultAddress: "https://vault-qa.example.edu",
  vaultAuthMount: "k8s-applications-qa",
  vaultPolicy: 'path "secret-learn/data/web" { capabilities = ["read"] }',
  iamPolicy: policyDocument({
    actions: ["s3:GetObject"],
    resources: "arn:aws:s3:::learn-qa/*",
  }),
};

Deno.test("a binding lets the application's service account into AWS, and the operator into Vault", async () => {
  const made = await make(() => new EksAuthBinding("learn", args));
  assert.deepEqual(made.names, [
    "aws:iam/role:Role learn-irsa",
    "aws:iam/rolePolicy:RolePolicy learn-irsa",
    "kubernetes:core/v1:ServiceAccount learn-learn",
    "kubernetes:core/v1:ServiceAccount learn-vault",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding learn-vault",
    "kubernetes:secrets.hashicorp.com/v1beta1:VaultAuth learn-auth",
    "kubernetes:secrets.hashicorp.com/v1beta1:VaultConnection learn-vault-connection",
    "ol:kubernetes:EksAuthBinding learn",
    "ol:kubernetes:IrsaRole learn-irsa",
    "ol:vault:Binding learn",
    "vault:index/policy:Policy learn-server",
    "vault:kubernetes/authBackendRole:AuthBackendRole learn-vault",
  ]);
  assert.deepEqual(made.findings, []);
  const trust = JSON.parse(made.inputs("aws:iam/role:Role", "learn-irsa").assumeRolePolicy);
  assert.deepEqual(trust.Statement, [{
    Effect: "Allow",
    Principal: { Federated: PROVIDER },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        "oidc.eks.us-east-1.amazonaws.com/id/ABC:aud": "sts.amazonaws.com",
        "oidc.eks.us-east-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:learn:learn",
      },
    },
  }]);
  const { metadata } = made.object("ServiceAccount", "learn");
  assert.match(metadata.annotations["eks.amazonaws.com/role-arn"], /^arn:aws:iam::\d+:role\/learn/);
  const role = made.inputs("vault:kubernetes/authBackendRole:AuthBackendRole", "learn-vault");
  assert.deepEqual(role.boundServiceAccountNames, ["learn-vault"]);
  assert.deepEqual(role.boundServiceAccountNamespaces, ["learn"]);
  assert.deepEqual(role.tokenPolicies, ["learn-server"]);
  assert.deepEqual(made.object("VaultAuth", "learn-auth").spec, {
    vaultConnectionRef: "learn-vault-connection",
    method: "kubernetes",
    mount: "k8s-applications-qa",
    kubernetes: { role: "learn", serviceAccount: "learn-vault" },
  });
});

Deno.test("each of several service accounts is trusted, and a chart's are not made again", async () => {
  const made = await make(() =>
    new EksAuthBinding("dns", {
      ...args,
      application: "dns",
      serviceAccounts: ["dns-web", "dns-worker"],
      createServiceAccounts: false,
    })
  );
  const trust = JSON.parse(made.inputs("aws:iam/role:Role", "dns-irsa").assumeRolePolicy);
  assert.equal(trust.Statement.length, 2);
  assert.deepEqual(
    made.objects.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) =>
      metadata.name
    ),
    ["dns-vault"],
  );
});

const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["a name that is no label", { application: "Learn_AI" }, /application: must be lower-case/],
  ["a session of a day", { maxSessionSeconds: 86400 }, /maxSessionSeconds: Too big/],
  ["an empty Vault policy", { vaultPolicy: "  " }, /vaultPolicy: must not be empty/],
  [
    "an address without a scheme",
    { vaultAddress: "vault.example.edu" },
    /vaultAddress: .*Invalid URL/,
  ],
  [
    "a mount with a slash at its start",
    { vaultAuthMount: "/k8s" },
    /vaultAuthMount: .*must be a mount/,
  ],
  ["a misspelt argument", { aplication: "learn" }, /aplication: unknown key: did you mean "appl/],
  ["no service account", { serviceAccounts: [] }, /serviceAccounts: Too small/],
  [
    "a policy that allows everything",
    { iamPolicy: policyDocument({ actions: "*", resources: "*" }) },
    /IAM policy of learn-irsa: HIGH PRIVILEGE_ESCALATION/,
  ],
  ["a namespace with a wildcard", { namespace: "*" }, /has to be named/],
];
for (const [what, change, message] of refused) {
  Deno.test(`a binding refuses ${what}`, async () => {
    await assert.rejects(
      make(() => new EksAuthBinding("learn", { ...args, ...change })),
      message,
    );
  });
}
