import { z } from "zod";

const InstanceType = z.string().regex(
  /^[a-z]+\d[a-z-]*\.(nano|micro|small|medium|large|xlarge|\d+xlarge|metal(-\d+xl)?)$/,
  "must be a type such as m7i.large",
);

/** Whether a type has a Graviton processor: `m7g.large`. */
const isArm = (type: string) => /^[a-z]+\d[a-z-]*?g[a-z-]*\./.test(type) && !/^g\d/.test(type);

/** How much of a group is bought on the spot market. */
const SpotMix = z.strictObject({
  /** Machines that are on demand whatever the group's size. */
  onDemandBase: z.int().min(0).default(0),
  /** Of the machines above them, how many in a hundred are on demand. */
  onDemandPercent: z.int().min(0).max(99, "leaves nothing to the spot market: leave spot out")
    .default(0),
});

/** How machines are replaced when the image or the settings change. */
const Refresh = z.strictObject({
  /** Of the wanted machines, how many in a hundred stay in service meanwhile. */
  minHealthyPercent: z.int().min(0).max(100).default(100),
  /** How many in a hundred there may be meanwhile, 100 to 200. */
  maxHealthyPercent: z.int().min(100).max(200).default(200),
  /** Seconds that a new machine needs before it counts. */
  warmupSeconds: z.int().min(0).max(3600).default(300),
  /**
   * Whether it is stopped and rolled back when fewer than `min` machines are healthy for the load balancer in
   * front, for two minutes. Default only when machines cannot be started.
   */
  stopWhenUnhealthy: z.boolean().default(false),
}).refine(({ minHealthyPercent, maxHealthyPercent }) => maxHealthyPercent > minHealthyPercent, {
  message: "must exceed minHealthyPercent: no machine could ever be replaced",
  path: ["maxHealthyPercent"],
}).refine(
  ({ minHealthyPercent, maxHealthyPercent }) => maxHealthyPercent - minHealthyPercent <= 100,
  { message: "must be at most minHealthyPercent + 100", path: ["maxHealthyPercent"] },
);

/** How large a group is: part of the environment's sizes and of a stack's configuration. */
export const GroupSize = z.strictObject({
  /** Types that serve, the preferred one first; of one processor architecture. */
  instanceTypes: z.array(InstanceType).min(1).max(40),
  /** The fewest machines. */
  min: z.int().min(0).max(500),
  /** The most machines. */
  max: z.int().min(1).max(500),
});

/** What an `AutoScalingGroup` is made from, beside what other resources tell. */
export const AutoScalingGroupArgs = GroupSize.extend({
  /** GB of the encrypted root volume. */
  volumeGb: z.int().min(8).max(16_384).default(25),
  /** Share of the spot market. Default none. */
  spot: SpotMix.optional(),
  refresh: Refresh.prefault({}),
  /** The average processor use, in per cent, that scaling aims at. Default no scaling. */
  targetCpuPercent: z.int().min(10).max(90).optional(),
  /** Days after which a machine is replaced, 1 to 365. Default never. */
  maxLifetimeDays: z.int().min(1).max(365).optional(),
  /** Whether containers on the machines have the machines' role, too. Default they do not reach it. */
  containersUseRole: z.boolean().default(false),
  /** Ports between the group's own machines. Default none. */
  peerPorts: z.array(z.int().min(1).max(65_535)).default([]),
}).superRefine((args, context) => {
  const refuse = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  if (args.min > args.max) refuse("min", "must not exceed max");
  if (new Set(args.instanceTypes.map(isArm)).size > 1) {
    refuse("instanceTypes", "mixes processor architectures: one image runs on one of them");
  }
  if (new Set(args.instanceTypes).size < args.instanceTypes.length) {
    refuse("instanceTypes", "names a type twice");
  }
  if (args.targetCpuPercent !== undefined && args.min === args.max) {
    refuse("targetCpuPercent", "has no room: min and max are the same");
  }
  if (args.spot && args.instanceTypes.length < 2) {
    refuse("instanceTypes", "the spot market needs a choice: name at least two types");
  }
});

/** Settings as they were checked. */
export type AutoScalingGroupSettings = z.output<typeof AutoScalingGroupArgs>;

/** How requests reach the group's machines. */
export const TargetSettings = z.strictObject({
  /** Hosts whose requests go there: `vault-qa.example.edu`; at most 5, as a rule has them. */
  hosts: z.array(
    z.string().max(128).regex(
      /^(\*\.)?([a-z0-9-]+\.)+[a-z]+$/,
      "must be a host such as web.example.edu",
    ),
  ).min(1).max(5),
  /** Among the listener's rules, lowest first. */
  priority: z.int().min(1).max(50_000),
  /** Where the machines listen. */
  port: z.int().min(1).max(65_535),
  /** What they speak there. */
  protocol: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
  /** What a healthy machine answers: `/v1/sys/health?standbyok=true`. */
  healthPath: z.string().startsWith("/", "must start with /").max(1024).default("/"),
  /** The statuses that mean health. */
  healthyStatus: z.string().regex(
    /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/,
    "must be statuses such as 200 or 200-299",
  ).default("200"),
  /**
   * Whether a machine that fails the check is replaced, beside being sent no requests. Not where all of them
   * can fail it for one reason and each holds data.
   */
  replaceUnhealthy: z.boolean().default(true),
  /** Seconds that requests may take to end when a machine goes. */
  drainSeconds: z.int().min(0).max(3600).default(60),
});
