/** What a change of one value changes, over everything that depends on it: no more, no less. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { readStackFile } from "lib/pulumi/stack_file.ts";
import { unwrap } from "lib/pulumi/simulate/wire.ts";
import { canonicalJson } from "lib/schema/digest.ts";

const fleet = await loadFleet(ROOT);
const LEARN = "ol-application-learn:QA";
const GRADER = "ol-application-xqwatcher:QA";
const EKS = "ol-infrastructure-eks:QA";
const NETWORK = "ol-infrastructure-network:QA";
const JAIL = "ol-application-codejail:QA";
const CONCOURSE = "ol-infrastructure-concourse:QA";
const VAULT = "ol-infrastructure-vault:QA";
const VAULT_SETUP = "ol-substructure-vault-setup:QA";

/** Inputs by `<project>:<stack> <type> <name>` of everything in an environment. */
async function evaluate(overrides: ReadonlyMap<string, Record<string, unknown>>) {
  const previews = await previewFleet(fleet, [LEARN, GRADER, JAIL, CONCOURSE], { overrides });
  assert.deepEqual(previews.flatMap(({ problems }) => problems), []);
  return new Map(
    previews.flatMap(({ stack, evaluation }) =>
      evaluation!.resources.map(({ type, name, inputs }): [string, string] => [
        `${stack.id} ${type} ${name}`,
        canonicalJson(unwrap(inputs)),
      ])
    ),
  );
}

const before = await evaluate(new Map());

const changes: [what: string, stack: string, set: Record<string, unknown>, expected: string[]][] = [
  [
    "learn's image tag is in its pods and nowhere else",
    LEARN,
    { image: { repository: "mitodl/mit-learn-app", tag: "0.48.4" } },
    [
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn-beat",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn-default",
      "~ ol-application-learn:QA kubernetes:batch/v1:CronJob learn-update-search",
      "~ ol-application-learn:QA kubernetes:batch/v1:Job learn-migrate",
    ],
  ],
  [
    "the number of web pods is its autoscaler's",
    LEARN,
    { web: { replicas: { min: 2, max: 5 } } },
    ["~ ol-application-learn:QA kubernetes:autoscaling/v2:HorizontalPodAutoscaler learn"],
  ],
  [
    "the number of workers is KEDA's",
    LEARN,
    { worker: { max: 5 } },
    ["~ ol-application-learn:QA kubernetes:keda.sh/v1alpha1:ScaledObject learn-default"],
  ],
  [
    "a single web pod needs neither autoscaler nor disruption budget",
    LEARN,
    { web: { replicas: { min: 1 } } },
    [
      "- ol-application-learn:QA kubernetes:autoscaling/v2:HorizontalPodAutoscaler learn",
      "- ol-application-learn:QA kubernetes:policy/v1:PodDisruptionBudget learn",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn",
    ],
  ],
  [
    "a larger database is that instance",
    LEARN,
    { database: { instanceClass: "db.t4g.large" } },
    ["~ ol-application-learn:QA aws:rds/instance:Instance learn"],
  ],
  [
    "another host is in the route, what the pods are told, and whom the bucket answers",
    LEARN,
    { host: "learn-rc.qa.odl.mit.edu" },
    [
      "~ ol-application-learn:QA aws:s3/bucketCorsConfiguration:BucketCorsConfiguration learn-media-qa",
      "~ ol-application-learn:QA kubernetes:apisix.apache.org/v2:ApisixRoute learn",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn-beat",
      "~ ol-application-learn:QA kubernetes:apps/v1:Deployment learn-default",
      "~ ol-application-learn:QA kubernetes:batch/v1:CronJob learn-update-search",
      "~ ol-application-learn:QA kubernetes:batch/v1:Job learn-migrate",
    ],
  ],
  [
    "a second grader is kept when a node is emptied",
    GRADER,
    { replicas: 2 },
    [
      "+ ol-application-xqwatcher:QA kubernetes:policy/v1:PodDisruptionBudget xqwatcher-grader",
      "~ ol-application-xqwatcher:QA kubernetes:apps/v1:Deployment xqwatcher-grader",
    ],
  ],
  [
    "a node more is that group's",
    EKS,
    {
      cluster: {
        version: "1.34",
        administrators: ["platform-engineering"],
        nodeGroups: { general: { instanceTypes: ["m7i.large"], min: 2, max: 7 } },
      },
    },
    ["~ ol-infrastructure-eks:QA aws:eks/nodeGroup:NodeGroup applications-qa-general"],
  ],
  [
    "more machines for learners' code are that group's",
    JAIL,
    { machines: { max: 4 } },
    ["~ ol-application-codejail:QA aws:autoscaling/group:Group codejail-qa"],
  ],
  [
    "two servers of Vault more are that group's, another majority, and how many a refresh keeps",
    VAULT,
    { servers: 5 },
    [
      "~ ol-infrastructure-vault:QA aws:autoscaling/group:Group vault-qa",
      "~ ol-infrastructure-vault:QA aws:cloudwatch/metricAlarm:MetricAlarm vault-qa-majority",
      "~ ol-infrastructure-vault:QA aws:cloudwatch/metricAlarm:MetricAlarm vault-qa-refresh",
      "~ ol-substructure-vault-setup:QA vault:index/raftAutopilot:RaftAutopilot servers",
    ],
  ],
  [
    "more workers of Concourse are those groups'",
    CONCOURSE,
    { workers: { max: 5 } },
    [
      "~ ol-infrastructure-concourse:QA aws:autoscaling/group:Group concourse-deployer-qa",
      "~ ol-infrastructure-concourse:QA aws:autoscaling/group:Group concourse-worker-qa",
    ],
  ],
  [
    "logs of builds that are kept longer are what web nodes fetch, which are replaced",
    CONCOURSE,
    { buildLogDays: 60 },
    [
      "~ ol-infrastructure-concourse:QA aws:ec2/launchTemplate:LaunchTemplate concourse-web-qa",
      "~ ol-infrastructure-concourse:QA aws:secretsmanager/secretVersion:SecretVersion concourse-web-qa",
    ],
  ],
  [
    "another group of administrators is who Vault lets in as such",
    VAULT_SETUP,
    { administrators: "security" },
    ["~ ol-substructure-vault-setup:QA vault:jwt/authBackendRole:AuthBackendRole administrator"],
  ],
];

async function changedBy(stack: string, set: Record<string, unknown>): Promise<string[]> {
  const after = await evaluate(new Map([[stack, set]]));
  return [
    ...[...after.keys()].filter((key) => !before.has(key)).map((key) => `+ ${key}`),
    ...[...before.keys()].filter((key) => !after.has(key)).map((key) => `- ${key}`),
    ...[...after].filter(([key, inputs]) => before.has(key) && before.get(key) !== inputs)
      .map(([key]) => `~ ${key}`),
  ].filter((line) => !line.includes("pulumi:pulumi:")).sort();
}

for (const [what, stack, set, expected] of changes) {
  Deno.test(what, async () => assert.deepEqual(await changedBy(stack, set), expected));
}

Deno.test("another mask of the network for data makes that anew, the routes to it, who sees the zone, and who reaches Vault: nothing else", async () => {
  const file = await readStackFile(ROOT, "infra/foundation/network", {
    project: "ol-infrastructure-network",
    name: "QA",
  });
  const vpcs = file.values.vpcs as Record<string, Record<string, unknown>>;
  const data = { ...vpcs.data, cidrBlock: "10.12.0.0/17" };
  const found = await changedBy(NETWORK, { vpcs: { ...vpcs, data } });
  const ofNetwork =
    /^~ ol-infrastructure-network:QA \S+ (data-qa|data-to-applications-qa|operations-to-data-qa)(-|$)/;
  assert.deepEqual(found.filter((line) => !ofNetwork.test(line)), [
    "~ ol-infrastructure-dns:QA aws:route53/zone:Zone internal.qa.odl.mit.edu",
    "~ ol-infrastructure-vault:QA aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule vault-qa-443-data",
    "~ ol-infrastructure-vault:QA aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule vault-qa-80-data",
  ]);
  for (const name of ["ec2/vpc:Vpc data-qa", "ec2/subnet:Subnet data-qa-private-c"]) {
    assert.ok(found.includes(`~ ol-infrastructure-network:QA aws:${name}`), name);
  }
  const toData = before.keys().filter((key) =>
    /aws:ec2\/route:Route (operations-to-data|data-to-applications)-qa-/.test(key)
  );
  assert.deepEqual(
    found.filter((line) => /:Route \S+-to-/.test(line)),
    [
      ...toData.map((key) => `~ ${key}`),
    ].sort(),
  );
});
