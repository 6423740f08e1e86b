import assert from "node:assert/strict";
import { previewStack } from "tests/support/stack.ts";

const ID = "ol-infrastructure-consul:QA";
const GROUP = "aws:autoscaling/group:Group";
const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

const bootOf = (userData: string) => {
  const [kind, body] = atob(userData).split("\n");
  assert.equal(kind, "#cloud-config");
  const { write_files, runcmd } = JSON.parse(body);
  const path = "/etc/consul/10-join.json";
  const file = write_files.find((one: { path: string }) => one.path === path);
  return { content: JSON.parse(file.content), script: JSON.stringify(runcmd) };
};

Deno.test("servers find each other by the tag that the group gives them", async () => {
  const { inputs, preview } = await previewStack(ID, { servers: 5 });
  assert.deepEqual(preview.findings.filter(({ level }) => level === "mandatory"), []);
  const template = inputs("aws:ec2/launchTemplate:LaunchTemplate", "consul-qa");
  const { content } = bootOf(template.userData);
  assert.equal(content.bootstrap_expect, 5);
  const tag = /tag_key=(\w+) tag_value=(\S+)/.exec(content.retry_join[0])!;
  const group = inputs(GROUP, "consul-qa");
  assert.deepEqual([group.minSize, group.maxSize], [5, 5]);
  const given = group.tags.find(({ key }: { key: string }) => key === tag[1]);
  assert.equal(given.value, tag[2]);
  assert.ok(given.propagateAtLaunch);
});

Deno.test("servers have the gossip key before they start, and it is in no user data", async () => {
  const { inputs } = await previewStack(ID);
  const { secretString } = inputs("aws:secretsmanager/secretVersion:SecretVersion", "consul-qa");
  const [file] = Object.values(JSON.parse(secretString)) as string[];
  const { encrypt } = JSON.parse(file);
  assert.match(encrypt, /^[A-Za-z0-9+/]{43}=$/);
  const { userData } = inputs("aws:ec2/launchTemplate:LaunchTemplate", "consul-qa");
  assert.ok(!atob(userData).includes(encrypt));
  assert.match(bootOf(userData).script, /boot-files .*systemctl restart consul/);
});

Deno.test("servers are replaced one at a time, and a majority stays", async () => {
  for (const servers of [3, 5, 7]) {
    const { inputs } = await previewStack(ID, { servers });
    const { preferences } = inputs(GROUP, "consul-qa").instanceRefresh;
    assert.equal(preferences.minHealthyPercentage, 100);
    const more = Math.floor(servers * preferences.maxHealthyPercentage / 100) - servers;
    assert.equal(more, 1);
  }
});

Deno.test("agents of every network reach gossip and RPC, and none the API", async () => {
  const { preview } = await previewStack(ID);
  const rules = preview.evaluation!.resources.filter(({ type }) => type === RULE);
  const open = (port: number) => rules.filter(({ inputs }) => inputs.fromPort === port).length;
  assert.deepEqual([open(8300), open(8301), open(8500)], [4, 8, 0]);
});

const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["two servers", { servers: 2 }, /servers: must be 3, 5 or 7/],
  ["four servers", { servers: 4 }, /servers: must be 3, 5 or 7/],
  ["a datacenter with a dot", { datacenter: "a.b" }, /datacenter: must be lower-case letters/],
  ["an unknown kind of machine", { instanceTypes: ["m7i"] }, /instanceTypes\[0\]: must be a type/],
];
for (const [what, change, message] of refused) {
  Deno.test(`Consul is refused with ${what}`, async () => {
    await assert.rejects(previewStack(ID, change), message);
  });
}
