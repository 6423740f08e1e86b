import assert from "node:assert/strict";
import { VaultAwsBackend } from "infra/components/vault/aws_backend.ts";
import { VaultKvSecret } from "infra/components/vault/kv_secret.ts";
import { VaultPki, type VaultPkiArgs } from "infra/components/vault/pki.ts";
import { policyDocument } from "lib/iam/mod.ts";
import { containsSecret } from "lib/pulumi/simulate/wire.ts";
import { withBao } from "tests/support/bao.ts";
import { writeToBao } from "tests/support/bao_objects.ts";
import { engineTest } from "tests/support/engine.ts";
import { make } from "tests/support/program.ts";

const kv = {
  mount: "secret-learn",
  createMount: true,
  path: "generated",
  data: { host: "db.example.edu", token: "t0ken" },
};
const pki: VaultPkiArgs = {
  path: "pki-operations",
  commonName: "Operations QA",
  organization: "Example University",
  vaultAddress: "https://vault-qa.example.edu",
  roles: {
    consul: { allowedDomains: ["consul.example.edu"], usage: "both", days: 30 },
    web: { allowedDomains: ["example.edu"], allowSubdomains: true, allowBareDomains: false },
  },
};

Deno.test("a key-value secret is secret whatever it is given as", async () => {
  const made = await make(() => new VaultKvSecret("learn", kv));
  const secret = made.resources.find(({ type }) => type === "vault:kv/secretV2:SecretV2")!;
  assert.ok(containsSecret(secret.inputs.dataJson));
  const { dataJson, ...rest } = made.inputs("vault:kv/secretV2:SecretV2", "learn");
  assert.deepEqual(JSON.parse(dataJson), kv.data);
  assert.deepEqual(rest, { mount: "secret-learn", name: "generated", deleteAllVersions: false });
  await assert.rejects(make(() => new VaultKvSecret("learn", { ...kv, data: {} })), /hold a value/);
  await assert.rejects(
    make(() => new VaultKvSecret("learn", { ...kv, mount: "/secret" })),
    /VaultKvSecret learn: mount: must be a path/,
  );
});

const aws = {
  path: "aws-learn",
  region: "us-east-1",
  roles: {
    upload: {
      roleArns: ["arn:aws:iam::123456789012:role/learn-upload"],
      policy: policyDocument({ actions: "s3:PutObject", resources: "arn:aws:s3:::learn/*" }),
    },
  },
};

Deno.test("the AWS engine has lease times, roles to assume and no access key", async () => {
  const made = await make(() => new VaultAwsBackend("learn", aws));
  assert.deepEqual(made.inputs("vault:aws/secretBackend:SecretBackend", "learn"), {
    path: "aws-learn",
    region: "us-east-1",
    defaultLeaseTtlSeconds: 3600,
    maxLeaseTtlSeconds: 43_200,
  });
  const role = made.inputs("vault:aws/secretBackendRole:SecretBackendRole", "learn-upload");
  assert.equal(role.credentialType, "assumed_role");
  assert.deepEqual(role.roleArns, aws.roles.upload.roleArns);
  assert.equal(JSON.parse(role.policyDocument).Statement[0].Action, "s3:PutObject");
  await assert.rejects(
    make(() => new VaultAwsBackend("learn", { ...aws, defaultLeaseSeconds: 90_000 })),
    /defaultLeaseSeconds: must not exceed maxLeaseSeconds/,
  );
});

const refused: [what: string, change: Partial<VaultPkiArgs>, message: RegExp][] = [
  [
    "an intermediate that outlives the root",
    { rootDays: 365, intermediateDays: 400 },
    /must be less/,
  ],
  [
    "a certificate of two years",
    { roles: { a: { allowedDomains: ["a.edu"], days: 730 } } },
    /roles\.a\.days: must be at most 397/,
  ],
  [
    "a certificate that outlives its signer",
    { intermediateDays: 90, roles: { a: { allowedDomains: ["a.edu"], days: 90 } } },
    /roles\.a\.days: outlives the intermediate/,
  ],
  ["a role without domains", { roles: { a: { allowedDomains: [] } } }, /roles\.a\.allowedDomains/],
];
for (const [what, change, message] of refused) {
  Deno.test(`an authority refuses ${what}`, async () => {
    await assert.rejects(make(() => new VaultPki("operations", { ...pki, ...change })), message);
  });
}

engineTest("bao", "a real Vault signs as the authority says, and no more", async (engines) => {
  const made = await make(() => {
    new VaultPki("operations", pki);
    new VaultKvSecret("learn", kv);
  });
  await withBao(engines.bao.path, async (bao) => {
    const { problems, namespace } = await writeToBao(bao, "components", made.resources);
    // The server remarks on what is meant: the intermediate signs no further authorities.
    assert.deepEqual(problems.filter((text) => !/path length .* is zero/.test(text)), []);
    const issue = async (role: string, name: string) => {
      const body = { common_name: name };
      const { status, text } = await bao.request(
        "POST",
        `${namespace}/pki-operations/issue/${role}`,
        body,
      );
      return { status, answer: JSON.parse(text) };
    };
    const signed = await issue("web", "learn.example.edu");
    assert.equal(signed.status, 200);
    assert.equal(signed.answer.data.ca_chain.length, 2, "the chain ends at the root");
    assert.equal((await issue("consul", "consul.example.edu")).status, 200);
    assert.match((await issue("web", "example.edu")).answer.errors[0], /not allowed/);
    assert.match((await issue("consul", "a.consul.example.edu")).answer.errors[0], /not allowed/);
    const read = await bao.request("GET", `${namespace}/secret-learn/data/generated`);
    assert.deepEqual(JSON.parse(read.text).data.data, kv.data);
  });
});
