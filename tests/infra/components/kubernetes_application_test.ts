import assert from "node:assert/strict";
import {
  K8sApplication,
  type K8sApplicationArgs,
} from "infra/components/kubernetes_application/application.ts";
import { canonicalJson } from "lib/schema/digest.ts";
import { type Made, make } from "tests/support/program.ts";

const probes = { startup: "/start", readiness: "/ready", liveness: "/live" };
const small: K8sApplicationArgs = {
  application: "learn",
  namespace: "learn",
  image: { repository: "mitodl/learn", tag: "1.2.3" },
  web: { probes, replicas: { min: 1 } },
};
const full: K8sApplicationArgs = {
  ...small,
  serviceAccount: "learn",
  environment: { MODE: "production" },
  secretNames: ["learn-env", "learn-db"],
  redis: { address: "cache:6379", password: { secretName: "learn-redis", key: "token" } },
  web: {
    probes,
    replicas: { min: 2, max: 6 },
    nginx: { image: { repository: "nginxinc/nginx-unprivileged", tag: "1.29.3" } },
  },
  workers: {
    default: {
      command: ["celery", "worker"],
      replicas: { min: 0, max: 4 },
      queue: { list: "default" },
    },
    mail: { command: ["celery", "worker", "-Q", "mail"], replicas: { min: 2, max: 3 } },
    beat: { command: ["celery", "beat"], singleton: true },
  },
  cronJobs: { tidy: { schedule: "0 3 * * *", command: ["./manage.py", "tidy"] } },
  migrations: { command: ["./manage.py", "migrate"] },
};
const app = (args: K8sApplicationArgs) => make(() => new K8sApplication("learn", args));
const kinds = ({ objects }: Made) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();

Deno.test("a small application is a Deployment and a Service", async () => {
  const made = await app(small);
  assert.deepEqual(kinds(made), ["Deployment learn", "Service learn"]);
  const { spec } = made.object("Deployment", "learn");
  assert.equal(spec.replicas, 1);
  const [container] = spec.template.spec.containers;
  assert.equal(container.image, "mitodl/learn:1.2.3");
  assert.deepEqual(container.ports, [{ name: "http", containerPort: 8071 }]);
  assert.deepEqual(container.livenessProbe.httpGet, { path: "/live", port: 8071 });
  assert.deepEqual(container.resources, {
    requests: { cpu: "250m", memory: "512Mi" },
    limits: { memory: "512Mi" },
  });
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    runAsUser: 1000,
  });
  assert.deepEqual(
    made.object("Service", "learn").spec.selector,
    spec.template.metadata.labels,
    "the Service finds the pods",
  );
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
});

Deno.test("a full application has what each part needs, and no more", async () => {
  const made = await app(full);
  assert.deepEqual(kinds(made), [
    "ConfigMap learn-nginx",
    "CronJob learn-tidy",
    "Deployment learn",
    "Deployment learn-beat",
    "Deployment learn-default",
    "Deployment learn-mail",
    "HorizontalPodAutoscaler learn",
    "HorizontalPodAutoscaler learn-mail",
    "Job learn-migrate-0000000",
    "PodDisruptionBudget learn",
    "PodDisruptionBudget learn-mail",
    "ScaledObject learn-default",
    "Service learn",
    "TriggerAuthentication learn-redis",
  ]);
  assert.ok(made.names.every((name) => name.split(" ")[1].startsWith("learn")));
});

Deno.test("who is scaled by an autoscaler says no number of pods", async () => {
  const made = await app(full);
  const replicas = ["learn", "learn-default", "learn-mail", "learn-beat"].map((name) =>
    made.object("Deployment", name).spec.replicas
  );
  assert.deepEqual(replicas, [undefined, undefined, undefined, 1]);
  const { spec } = made.object("ScaledObject", "learn-default");
  assert.equal(spec.minReplicaCount, 0);
  assert.equal(spec.maxReplicaCount, 4);
  assert.deepEqual(spec.triggers, [{
    type: "redis",
    metadata: {
      address: "cache:6379",
      listName: "default",
      listLength: "10",
      databaseIndex: "0",
      enableTLS: "true",
    },
    authenticationRef: { name: "learn-redis" },
  }]);
});

Deno.test("nginx takes the requests, and a change of its configuration restarts the pods", async () => {
  const made = await app(full);
  const { template } = made.object("Deployment", "learn").spec;
  const [program, nginx] = template.spec.containers;
  assert.deepEqual(program.ports, [{ name: "app", containerPort: 8071 }]);
  assert.deepEqual(nginx.ports, [{ name: "http", containerPort: 8080 }]);
  assert.equal(made.object("Service", "learn").spec.ports[0].targetPort, "http");
  const config = made.object("ConfigMap", "learn-nginx").data["nginx.conf"];
  assert.match(config, /listen 8080;[\s\S]*proxy_pass http:\/\/127\.0\.0\.1:8071;/);
  const web = { ...full.web!, nginx: { ...full.web!.nginx!, maxBodySize: "1g" } };
  const other = await app({ ...full, web });
  assert.notEqual(
    other.object("Deployment", "learn").spec.template.metadata.annotations["nginx-config"],
    template.metadata.annotations["nginx-config"],
  );
});

Deno.test("pods start after the migrations of their image", async () => {
  const made = await app(full);
  const job = made.resources.find(({ type }) => type === "kubernetes:batch/v1:Job")!;
  const started = made.resources.filter(({ type }) => /:(Deployment|CronJob)$/.test(type));
  assert.equal(started.length, 5);
  for (const { name, dependencies } of started) {
    assert.ok(dependencies.includes(job.urn), `${name} does not wait`);
  }
});

Deno.test("a singleton is never two: the old pod goes first", async () => {
  const made = await app(full);
  assert.deepEqual(made.object("Deployment", "learn-beat").spec.strategy, { type: "Recreate" });
});

const digest = `sha256:${"a".repeat(64)}`;
const changes: [what: string, change: Partial<K8sApplicationArgs>, changed: string[]][] = [
  [
    "another image tag changes what runs it, and nothing else",
    { image: { repository: "mitodl/learn", tag: "1.2.4" } },
    [
      "CronJob learn-tidy",
      "Deployment learn",
      "Deployment learn-beat",
      "Deployment learn-default",
      "Deployment learn-mail",
      "Job learn-migrate-0000000",
    ],
  ],
  [
    "more replicas change the autoscaler alone",
    { web: { ...full.web!, replicas: { min: 2, max: 7 } } },
    ["HorizontalPodAutoscaler learn"],
  ],
  [
    "another schedule changes its CronJob alone",
    { cronJobs: { tidy: { ...full.cronJobs!.tidy, schedule: "0 4 * * *" } } },
    ["CronJob learn-tidy"],
  ],
];
for (const [what, change, expected] of changes) {
  Deno.test(what, async () => {
    const [before, after] = [await app(full), await app({ ...full, ...change })];
    const held = new Set(before.objects.map((object) => canonicalJson(object)));
    const changed = after.objects.filter((object) => !held.has(canonicalJson(object)));
    assert.deepEqual(
      changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
      expected,
    );
  });
}

Deno.test("an image may be named by its digest", async () => {
  const made = await app({ ...small, image: { repository: "mitodl/learn", digest } });
  const [container] = made.object("Deployment", "learn").spec.template.spec.containers;
  assert.equal(container.image, `mitodl/learn@${digest}`);
});

const web = small.web!;
const worker = { command: ["celery"] };
const cron = { schedule: "0 3 * * *", command: ["tidy"] };
const image = { repository: "mitodl/learn" };
const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["root as its user", { runAsUser: 0 }, /runAsUser: must not be root/],
  ["both tag and digest", { image: { ...image, tag: "1", digest } }, /image: give either tag or/],
  ["neither tag nor digest", { image }, /image: give either tag or digest/],
  ["the tag latest", { image: { ...image, tag: "latest" } }, /image\.tag: must name one image/],
  [
    "a short digest",
    { image: { ...image, digest: "sha256:abc" } },
    /image\.digest: must be sha256/,
  ],
  ["nothing that runs", { web: undefined }, /web: nothing would run/],
  ["a range upside down", { web: { ...web, replicas: { min: 3, max: 2 } } }, /web\.replicas\.max/],
  ["a misspelt key", { web: { ...web, replica: 3 } }, /web\.replica: unknown key: did you mean/],
  ["a probe without a slash", { web: { probes: { ...probes, liveness: "live" } } }, /liveness/],
  ["no probes", { web: {} }, /web\.probes/],
  [
    "nginx on the program's port",
    { web: { ...web, nginx: { image: { ...image, tag: "1" }, port: 8071 } } },
    /web\.nginx\.port: is the program's own port/,
  ],
  ["a worker without a command", { workers: { a: { command: [] } } }, /workers\.a\.command/],
  [
    "a singleton of two",
    { workers: { a: { ...worker, singleton: true, replicas: { min: 1, max: 2 } } } },
    /workers\.a\.replicas: a singleton has one at most/,
  ],
  [
    "a queue that nothing follows",
    { redis: full.redis, workers: { a: { ...worker, queue: { list: "q" } } } },
    /workers\.a\.queue: nothing follows it/,
  ],
  [
    "a queue without a Redis",
    { workers: { a: { ...worker, replicas: { min: 0, max: 2 }, queue: { list: "q" } } } },
    /workers\.a\.queue: no redis is given/,
  ],
  [
    "no pods, and nothing that would start one",
    { workers: { a: { ...worker, replicas: { min: 0 } } } },
    /workers\.a\.replicas: none would ever start/,
  ],
  ["four fields", { cronJobs: { a: { ...cron, schedule: "0 3 * *" } } }, /must have five fields/],
  ["an hour 25", { cronJobs: { a: { ...cron, schedule: "0 25 * * *" } } }, /out of its range/],
  ["a range of days backwards", { cronJobs: { a: { ...cron, schedule: "0 3 9-1 * *" } } }, /range/],
  ["an unknown time zone", { cronJobs: { a: { ...cron, timeZone: "Boston" } } }, /time zone such/],
  [
    "a cron job's name that is too long",
    { cronJobs: { ["a".repeat(50)]: cron } },
    /has 56 characters: 52 are allowed/,
  ],
  ["a worker's name with an underscore", { workers: { a_b: worker } }, /workers\.a_b/],
  [
    "memory in megabytes of ten",
    { web: { ...web, resources: { memory: "512M" } } },
    /resources\.memory: must be a quantity such as 512Mi/,
  ],
  ["an empty migration", { migrations: { command: [] } }, /migrations\.command: must name/],
];
for (const [what, change, message] of refused) {
  Deno.test(`an application is refused with ${what}`, async () => {
    await assert.rejects(app({ ...small, ...change } as K8sApplicationArgs), message);
  });
}
