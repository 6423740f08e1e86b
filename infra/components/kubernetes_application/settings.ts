/**
 * What an application on Kubernetes is described by.
 *
 * @module
 */
import { z } from "zod";
import { ContainerImage } from "infra/components/container_image.ts";
import { Port } from "infra/components/crds/define.ts";
import { DnsLabel } from "infra/components/dns_label.ts";

const Quantity = (pattern: RegExp, example: string) =>
  z.string().regex(pattern, `must be a quantity such as ${example}`);

/** What a container asks for; its memory is also its limit. */
export const Resources = z.strictObject({
  /** Of a processor: `250m`. There is no limit: it would only slow down. */
  cpu: Quantity(/^([1-9]\d*m|\d+(\.\d+)?)$/, "250m").default("250m"),
  /** `512Mi`. */
  memory: Quantity(/^[1-9]\d*(Mi|Gi)$/, "512Mi").default("512Mi"),
});

/** How many pods there are; with a range, as many as there is work for. */
export const Replicas = z.strictObject({
  /** At least. */
  min: z.int().min(0).max(200),
  /** At most; default `min`. */
  max: z.int().min(1).max(200).optional(),
  /** The share of the requested processor time above which there are more, in percent. */
  cpuPercent: z.int().min(10).max(95).default(60),
}).refine(({ min, max }) => max === undefined || min <= max, {
  message: "must not be less than min",
  path: ["max"],
});

const Command = z.array(z.string().min(1)).min(1, "must name a program");

/** Paths that say how the web server is; `/healthz`. */
const ProbePath = z.string().regex(/^\/\S*$/, "must be a path such as /healthz");

/** The web server. */
export const Web = z.strictObject({
  /** Default the image's own. */
  command: Command.optional(),
  /** Where the program listens. */
  port: Port.default(8071),
  replicas: Replicas.default({ min: 2, cpuPercent: 60 }),
  resources: Resources.prefault({}),
  /** Asked again and again. */
  probes: z.strictObject({
    /** Whether it has started. */
    startup: ProbePath,
    /** Whether it may get requests. */
    readiness: ProbePath,
    /** Whether it has to be started anew. */
    liveness: ProbePath,
  }),
  /** Seconds that requests under way have when a pod ends. */
  graceSeconds: z.int().min(5).max(600).default(30),
  /** A server in front of the program, in the same pod: buffers, compresses, serves files. */
  nginx: z.strictObject({
    image: ContainerImage,
    /** Where it listens; not the program's port. */
    port: Port.default(8080),
    resources: Resources.prefault({ cpu: "50m", memory: "64Mi" }),
    /** Bytes of a request's body, as nginx writes them. */
    maxBodySize: z.string().regex(/^\d+[kmg]?$/, "must be a size such as 25m").default("25m"),
  }).optional(),
}).refine(({ port, nginx }) => nginx?.port !== port, {
  message: "is the program's own port",
  path: ["nginx", "port"],
});

/** Scales by the length of a list in Redis, as Celery's queues are. */
const Queue = z.strictObject({
  /** The list: Celery's queue. */
  list: z.string().min(1),
  /** Tasks for each pod. */
  length: z.int().min(1).default(10),
  /** The number of Redis' database. */
  database: z.int().min(0).default(0),
  /** Seconds between two looks. */
  pollingSeconds: z.int().min(1).default(15),
  /** Seconds without work after which the last pods go. */
  cooldownSeconds: z.int().min(0).default(300),
});

/** Programs that take work from a queue. */
export const Worker = z.strictObject({
  command: Command,
  replicas: Replicas.default({ min: 1, cpuPercent: 60 }),
  resources: Resources.prefault({}),
  /** Seconds that work under way has when a pod ends. */
  graceSeconds: z.int().min(5).max(3600).default(60),
  /** Whether two at a time would do harm, as with a scheduler. */
  singleton: z.boolean().default(false),
  /** What the range of replicas follows; default the processor. */
  queue: Queue.optional(),
}).superRefine(({ replicas, singleton, queue }, context) => {
  const { min, max = min } = replicas;
  const refuse = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  if (singleton && max > 1) refuse("replicas", "a singleton has one at most");
  if (queue && max <= min) refuse("queue", "nothing follows it: replicas.max must exceed min");
  if (!queue && min === 0) refuse("replicas", "none would ever start: min 0 needs a queue");
});

/** A program that runs by the clock. */
export const Cron = z.strictObject({
  /** Five fields: `0 3 * * *`. */
  schedule: z.string().regex(
    /^(\S+\s+){4}\S+$/,
    'must have five fields: "0 3 * * *"',
  ).refine(isSchedule, "a field is out of its range"),
  /** In which the schedule is meant: `America/New_York`. */
  timeZone: z.string().refine(isTimeZone, "must be a time zone such as America/New_York")
    .default("Etc/UTC"),
  command: Command,
  resources: Resources.prefault({}),
  /** Seconds after which a run is ended. */
  deadlineSeconds: z.int().min(60).max(86_400).default(3600),
  /** What happens when the last run has not ended: this one is left out, both run, the last is ended. */
  concurrency: z.enum(["Forbid", "Allow", "Replace"]).default("Forbid"),
});

/** An application, but for what other resources tell. */
export const K8sApplicationSettings = z.strictObject({
  /** Starts every object's name: `learn`. */
  application: DnsLabel,
  image: ContainerImage,
  /**
   * The image's user by number, as the kubelet cannot tell of a name that it is not root. Default 1000, the
   * first user that a Dockerfile adds.
   */
  runAsUser: z.int().min(1, "must not be root").default(1000),
  web: Web.optional(),
  /** By name. Default none. */
  workers: z.record(DnsLabel, Worker).default({}),
  /** By name. Default none. */
  cronJobs: z.record(DnsLabel, Cron).default({}),
  /** Run once for each image, before its pods start. Default nothing. */
  migrations: z.strictObject({
    command: Command,
    resources: Resources.prefault({}),
    /** Seconds after which they have failed. */
    deadlineSeconds: z.int().min(60).max(7200).default(1800),
  }).optional(),
}).superRefine(({ application, web, workers, cronJobs }, context) => {
  if (!web && Object.keys(workers).length + Object.keys(cronJobs).length === 0) {
    context.addIssue({
      code: "custom",
      path: ["web"],
      message: "nothing would run: give web, workers or cronJobs",
    });
  }
  // A cron job's pods add 11 characters to its name.
  const kinds = [["workers", workers, 63], ["cronJobs", cronJobs, 52]] as const;
  for (const [key, named, limit] of kinds) {
    for (const name of Object.keys(named)) {
      const { length } = `${application}-${name}`;
      if (length > limit) {
        context.addIssue({
          code: "custom",
          path: [key, name],
          message: `${application}-${name} has ${length} characters: ${limit} are allowed`,
        });
      }
    }
  }
});
/** Settings as they were checked. */
export type K8sApplicationSettings = z.output<typeof K8sApplicationSettings>;

const FIELDS = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];

/** Whether the numbers of each field are in its range. @see https://man7.org/linux/man-pages/man5/crontab.5.html */
function isSchedule(schedule: string): boolean {
  return schedule.trim().split(/\s+/).every((field, at) => {
    const [low, high] = FIELDS[at] ?? [0, -1];
    return field.split(",").every((part) => {
      const match = /^(\*|(\d+)(-(\d+))?|[A-Za-z]{3}(-[A-Za-z]{3})?)(\/([1-9]\d*))?$/.exec(part);
      const numbers = [match?.[2], match?.[4]].filter((text) => text !== undefined).map(Number);
      return match !== null && numbers.every((number) => number >= low && number <= high) &&
        (numbers.length < 2 || numbers[0] <= numbers[1]);
    });
  });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
