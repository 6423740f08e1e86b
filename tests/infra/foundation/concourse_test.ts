import assert from "node:assert/strict";
import { environmentFile } from "infra/foundation/concourse/environment.ts";
import { ROOT } from "lib/cli/root.ts";
import { organization } from "lib/organization.ts";
import { containsSecret } from "lib/pulumi/simulate/wire.ts";
import pipelines from "secrets/pipelines/schema.ts";
import { make } from "tests/support/program.ts";
import { previewStack } from "tests/support/stack.ts";

const { inputs, preview } = await previewStack("ol-infrastructure-concourse:Production");
const { resources } = preview.evaluation!;
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

const scriptOf = (node: string): string[] =>
  JSON.parse(atob(inputs(TEMPLATE, `concourse-${node}-production`).userData).split("\n")[1])
    .runcmd[0][2].split("\n");

function siteOf(node: string) {
  const files = JSON.parse(inputs(VERSION, `concourse-${node}-production`).secretString);
  const site = Object.fromEntries(
    files["site.env"].trim().split("\n").map((line: string) => {
      const [, key, value] = /^CONCOURSE_(\w+)="(.*)"$/.exec(line)!;
      return [key, value];
    }),
  );
  return { files, site };
}

Deno.test("no gate stands against Concourse, whose builds' rights were each meant", () => {
  assert.deepEqual(preview.findings.filter(({ level }) => level === "mandatory"), []);
});

for (const node of ["web", "worker"]) {
  Deno.test(`a ${node} node starts with files that it fetches, and no secret in its user data`, () => {
    const [fetched, started] = scriptOf(node);
    assert.match(fetched, /^boot-files us-east-1 arn:\S+ \S+ \/etc\/concourse root:/);
    assert.equal(started, "systemctl restart concourse");
    const { files, site } = siteOf(node);
    for (const path of Object.values(site) as string[]) {
      const [, name] = /^\/etc\/concourse\/(.+)$/.exec(path) ?? [];
      if (name) assert.ok(name in files, `${name} is named and not there`);
    }
    // The service starts when the last of them is there.
    assert.equal(Object.keys(files).at(-1), "site.env");
    const version = resources.find(({ type, name }) =>
      type === VERSION && name === `concourse-${node}-production`
    )!;
    assert.ok(containsSecret(version.inputs.secretString));
  });
}

Deno.test("a worker registers at the web nodes' own load balancer, and only workers reach that", () => {
  const { site } = siteOf("worker");
  assert.match(site.TSA_HOST, /:2222$/);
  const toTsa = resources.filter(({ type, inputs }) => type === RULE && inputs.toPort === 2222);
  const inside = toTsa.filter(({ inputs }) => inputs.cidrIpv4 === undefined);
  assert.deepEqual(inside.map(({ name }) => name).sort(), [
    "concourse-production-tsa-workers",
    "concourse-web-production-balancer-2222",
    "concourse-web-production-balancer-2222-2",
  ]);
});

Deno.test("workers of other environments register with their own keys, from their own addresses", async () => {
  const guests = ["ci", "qa"];
  const rules = resources.filter(({ type, name }) =>
    type === RULE && name.startsWith("tsa-guests-")
  );
  const from = (guest: string) =>
    rules.filter(({ name }) => name.includes(`-${guest}-`)).map(({ inputs }) => inputs.cidrIpv4);
  assert.deepEqual([from("ci").length, from("qa").length], [1, 2]);
  const { files } = siteOf("web");
  const authorized = files.tsa_authorized_keys.trim().split("\n");
  assert.equal(new Set(authorized).size, 1 + guests.length);

  const { inputs: inputsOfCi } = await previewStack("ol-infrastructure-concourse:CI");
  const filesOfCi = JSON.parse(inputsOfCi(VERSION, "concourse-deployer-ci").secretString);
  assert.match(filesOfCi["site.env"], /^CONCOURSE_TSA_HOST="tsa\.cicd\.odl\.mit\.edu:2222"$/m);
  assert.match(filesOfCi["site.env"], /^CONCOURSE_TAG="ci"$/m);
  assert.equal(
    inputs("aws:route53/record:Record", "tsa-guests-production").name,
    "tsa.cicd.odl.mit.edu",
  );
});

Deno.test("where another environment's pipelines deploy, its own Concourse's workers do not", async () => {
  const ci = await previewStack("ol-infrastructure-concourse:CI");
  const hops = (node: string) =>
    ci.inputs(TEMPLATE, `concourse-${node}-ci`).metadataOptions.httpPutResponseHopLimit;
  assert.deepEqual([hops("deployer"), hops("worker")], [2, 1]);
  const role = ci.inputs("vault:aws/authBackendRole:AuthBackendRole", "concourse-ci-deployer");
  const deployer = ci.preview.evaluation!.resources.find(({ type, name }) =>
    type === "aws:iam/role:Role" && name === "concourse-deployer-ci"
  )!;
  assert.deepEqual(role.boundIamPrincipalArns, [deployer.outputs.arn]);
});

Deno.test("every tag that pipelines ask for is some worker's", async () => {
  const tags = Object.values(organization.environments).flatMap(({ workerTag }) => workerTag ?? []);
  const asked = new Set<string>();
  const folder = `${ROOT}/pipelines/rendered`;
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    for (const [, tag] of text.matchAll(/^ +tags:\n +- (\S+)$/gm)) asked.add(tag);
  }
  assert.deepEqual([...asked].sort(), [...tags].sort());
});

Deno.test("web nodes alone are the database's clients", () => {
  const groupsOf = (node: string) =>
    inputs(TEMPLATE, `concourse-${node}-production`).vpcSecurityGroupIds;
  const { referencedSecurityGroupId: client } = inputs(RULE, "concourse-0");
  assert.ok(groupsOf("web").includes(client));
  assert.ok(!groupsOf("worker").includes(client));
  const { site } = siteOf("web");
  const instance = inputs("aws:rds/instance:Instance", "concourse");
  assert.equal(site.POSTGRES_USER, instance.username);
  assert.equal(site.POSTGRES_PASSWORD, instance.password);
  assert.equal(site.POSTGRES_DATABASE, instance.dbName);
});

Deno.test("pipelines read what is theirs from Vault, and none of Concourse's own", () => {
  const { site } = siteOf("web");
  assert.equal(site.VAULT_URL, organization.environments.Production.vaultAddress);
  assert.match(site.VAULT_AUTH_PARAM, /^role_id:[^,]+,secret_id:.+/);
  const { policy } = inputs("vault:index/policy:Policy", "concourse-production-server");
  const paths = [...policy.matchAll(/path "([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(paths, [`${site.VAULT_PATH_PREFIX.slice(1)}/data/*`]);
});

Deno.test("what pipelines ask for by name is kept for them", async () => {
  const folder = `${ROOT}/pipelines/rendered`;
  let asked = 0;
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    for (const [, file, key] of text.matchAll(/\(\(([a-z]\w*)\.(\w+)\)\)/g)) {
      asked++;
      const schema = Object.entries(pipelines.files).find(([known]) => known === file)?.[1];
      assert.ok(schema && key in schema.shape, `${name} asks for ((${file}.${key}))`);
    }
  }
  assert.ok(asked > 10);
});

Deno.test("builds have their worker's role, in AWS and in Vault; web nodes' containers have none", () => {
  const hops = (node: string) =>
    inputs(TEMPLATE, `concourse-${node}-production`).metadataOptions.httpPutResponseHopLimit;
  assert.deepEqual([hops("worker"), hops("web")], [2, 1]);
  const role = inputs("vault:aws/authBackendRole:AuthBackendRole", "concourse-production-deployer");
  const worker = resources.find(({ type, name }) =>
    type === "aws:iam/role:Role" && name === "concourse-worker-production"
  )!;
  assert.deepEqual(role.boundIamPrincipalArns, [worker.outputs.arn]);
  assert.deepEqual(role.tokenPolicies, ["deployer"]);
});

Deno.test("systemd reads each value of an environment file as it was given", async () => {
  const values = { PLAIN: 1, SPACED: "a b # c", QUOTED: `"\\$HOME\`` };
  await make(() => {
    environmentFile(values).apply((text) =>
      assert.equal(
        text,
        'CONCOURSE_PLAIN="1"\nCONCOURSE_SPACED="a b # c"\nCONCOURSE_QUOTED="\\"\\\\\\$HOME\\`"\n',
      )
    );
  });
  await assert.rejects(
    make(() => {
      environmentFile({ KEY: "one\nCONCOURSE_OTHER=two" });
    }),
    (error: Error) =>
      /CONCOURSE_KEY has more than one line/.test(error.message) &&
      !/two/.test(error.message),
  );
});
