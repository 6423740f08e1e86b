import assert from "node:assert/strict";
import { bootFileScripts } from "infra/components/boot_files.ts";
import { previewStack } from "tests/support/stack.ts";
import { Machine } from "tests/support/signed_requests.ts";

const ID = "ol-infrastructure-vault:QA";
const GROUP = "aws:autoscaling/group:Group";

interface Boot {
  readonly file: (path: string) => string;
  readonly script: string[];
}

function bootOf(userData: string): Boot {
  const [, body] = atob(userData).split("\n");
  const { write_files, runcmd } = JSON.parse(body);
  const file = (path: string) =>
    write_files.find((one: { path: string }) => one.path === path).content;
  return { file, script: runcmd[0][2].split("\n") };
}

const { inputs, preview } = await previewStack(ID);
const boot = bootOf(inputs("aws:ec2/launchTemplate:LaunchTemplate", "vault-qa").userData);
const site = JSON.parse(boot.file("/etc/vault/10-site.json"));

Deno.test("servers find each other by the tag that the group gives them, and trust their authority alone", () => {
  const [join] = site.storage.raft.retry_join;
  const [, key, value] = /tag_key=(\w+) tag_value=(\S+)/.exec(join.auto_join)!;
  const group = inputs(GROUP, "vault-qa");
  assert.equal(group.tags.find((tag: { key: string }) => tag.key === key).value, value);
  assert.equal(join.auto_join_scheme, "https");
  assert.equal(join.leader_tls_servername, "vault.internal.qa.odl.mit.edu");
  assert.match(boot.script[0], /^boot-files us-east-1 arn:\S+ \S+ \/etc\/vault root:vault$/);
  assert.equal(join.leader_ca_cert_file, "/etc/vault/authority.crt");
});

Deno.test("no server listens beyond itself without TLS, and none is a secret's keeper by its user data", () => {
  for (const { tcp } of site.listener) {
    assert.equal(tcp.tls_disable, undefined);
    assert.equal(tcp.tls_key_file, "/etc/vault/server.key");
  }
  assert.doesNotMatch(JSON.stringify(site) + boot.script.join(), /BEGIN|PRIVATE/);
});

Deno.test("the role may use the key that unseals, by the alias that servers name", () => {
  assert.deepEqual(preview.findings.filter(({ level }) => level === "mandatory"), []);
  const role = inputs("aws:iam/role:Role", "vault-qa");
  const { Statement } = JSON.parse(inputs("aws:iam/rolePolicy:RolePolicy", "vault-qa").policy);
  const unseal = Statement.find(({ Sid }: { Sid: string }) => Sid === "Unseal");
  const allowed = unseal.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
    .replace("${aws:PrincipalTag/environment}", role.tags.environment);
  assert.equal(site.seal[0].awskms.kms_key_id, allowed);
});

Deno.test("the role may read what servers fetch and write where snapshots go, and that of no other environment", () => {
  const { Statement } = JSON.parse(inputs("aws:iam/rolePolicy:RolePolicy", "vault-qa").policy);
  const { environment } = inputs("aws:iam/role:Role", "vault-qa").tags;
  const resources = Statement.flatMap(({ Resource }: { Resource: string }) => Resource)
    .map((resource: string) => resource.replace("${aws:PrincipalTag/environment}", environment));
  const prefix = inputs("aws:secretsmanager/secret:Secret", "vault-qa").namePrefix;
  assert.ok(resources.includes(`arn:aws:secretsmanager:*:*:secret:${prefix}*`));
  assert.ok(resources.includes("arn:aws:s3:::vault-snapshots-qa-*/raft/*"));
});

Deno.test("a sealed server gets no requests, but is not thrown away with its data", () => {
  const { healthCheck, protocol } = inputs("aws:lb/targetGroup:TargetGroup", "vault-qa");
  assert.deepEqual([protocol, healthCheck.matcher], ["HTTPS", "200"]);
  assert.equal(healthCheck.path, "/v1/sys/health?standbyok=true");
  assert.equal(inputs(GROUP, "vault-qa").healthCheckType, "EC2");
  assert.equal(inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "vault-qa-majority").threshold, 2);
});

Deno.test("the networks of the environment reach the load balancer, and nobody else does", () => {
  assert.equal(inputs("aws:lb/loadBalancer:LoadBalancer", "vault-qa").internal, true);
  const open = preview.evaluation!.resources.filter(({ type, inputs }) =>
    type.endsWith(":SecurityGroupIngressRule") && inputs.cidrIpv4 === "0.0.0.0/0"
  );
  assert.deepEqual(open, []);
  const record = inputs("aws:route53/record:Record", "vault-qa");
  assert.equal(record.name, "vault.qa.odl.mit.edu");
});

/** What a server's own tools say: who leads, and what a snapshot is. */
const tools = (leads: boolean) => ({
  "vault": `#!/bin/sh
case "$1" in
  login) echo "$@" >>"$LOG"; echo hvs.example ;;
  operator) [ "$VAULT_TOKEN" = hvs.example ] && printf 'all of it' >"$5" ;;
esac
`,
  "curl": `#!/bin/sh
case "$*" in
  *sys/leader*) echo '{"is_self":${leads}}' ;;
  *) exec /usr/bin/env PATH="\${PATH#*:}" curl "$@" ;;
esac
`,
});

for (const leads of [true, false]) {
  Deno.test(`a server that ${leads ? "leads puts a snapshot into the bucket" : "follows puts none there"}`, async () => {
    const scripts = Object.fromEntries((await bootFileScripts()).map(({ path, content }) => [
      path.split("/").at(-1)!,
      content,
    ]));
    await using machine = await Machine.start(["s3", "monitoring"], {
      ...scripts,
      ...tools(leads),
      "vault-snapshot": boot.file("/usr/local/sbin/vault-snapshot"),
    });
    const log = `${machine.folder}/log`;
    const args = ["us-east-1", "snapshots", "vault.qa.odl.mit.edu"];
    const run = await machine.run("vault-snapshot", args, { LOG: log });
    assert.deepEqual([run.code, run.stderr], [0, ""]);
    assert.equal(machine.requests.length, leads ? 2 : 0);
    if (!leads) return;
    const [{ method, path, body }, told] = machine.requests;
    const metric = new URLSearchParams(told.body);
    assert.equal(metric.get("MetricData.member.1.MetricName"), "Snapshots");
    assert.equal(metric.get("MetricData.member.1.Dimensions.member.1.Value"), "snapshots");
    assert.equal(`${method} ${body}`, "PUT all of it");
    assert.match(path, /^\/raft\/\d{8}T\d{6}Z\.snap$/);
    assert.match(
      await Deno.readTextFile(log),
      /role=snapshot header_value=vault\.qa\.odl\.mit\.edu/,
    );
  });
}

Deno.test("somebody hears when snapshots stop", () => {
  const alarm = inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "vault-qa-snapshots");
  assert.deepEqual([alarm.metricName, alarm.treatMissingData], ["Snapshots", "breaching"]);
  assert.match(alarm.dimensions.Bucket, /^vault-snapshots-qa/);
});

Deno.test("a refresh whose new servers do not serve is stopped while the others have the data", () => {
  const { instanceRefresh, minSize } = inputs("aws:autoscaling/group:Group", "vault-qa");
  const { threshold } = inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "vault-qa-refresh");
  assert.equal(threshold, minSize);
  const [alarm] = instanceRefresh.preferences.alarmSpecification.alarms;
  assert.match(alarm, /^vault-qa-refresh/);
});
