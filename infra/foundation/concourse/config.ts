import { z } from "zod";
import { GroupSize } from "infra/components/auto_scaling_settings.ts";
import { DatabaseSize } from "infra/components/database_settings.ts";
import { organization } from "lib/organization.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { SshPublicKey } from "lib/schema/ssh.ts";

/** Another environment's workers that register here. */
export const Guest = z.strictObject({
  /** By which they are known. */
  publicKey: SshPublicKey,
  /** From where they come: the addresses of their network's NAT. */
  networks: z.array(
    z.cidrv4().refine((cidr) => !cidr.endsWith("/0"), "would let everyone in"),
  ).min(1),
});
/** Another environment's workers that register here. */
export type Guest = z.infer<typeof Guest>;

/** `Pulumi.<stack>.yaml` of Concourse. */
export const ConcourseConfig = AWSBase.extend({
  /** Where it is reached; below the organization's domain. */
  host: z.string().refine(
    (host) => host.endsWith(`.${organization.domain}`),
    `must end with .${organization.domain}`,
  ),
  /** Who knows people: `https://sso.example.edu/realms/staff`. */
  issuer: z.url({ protocol: /^https$/, error: "must be an https address" }),
  /** Whoever is in this group of the issuer's is in the team `main`. */
  administrators: z.string().regex(/^[\w.-]+$/, "must be a group's name"),
  /** In place of the environment's own size. */
  web: GroupSize.partial().default({}),
  /** In place of the environment's own size. */
  workers: GroupSize.partial().default({}),
  /** GB of a worker's disk, which holds volumes and caches. Default 200. */
  workerVolumeGb: z.int().min(50).max(2000).default(200),
  /** Days after which a worker is replaced, and what builds left on it goes, 1 to 30. Default 14. */
  workerLifetimeDays: z.int().min(1).max(30).default(14),
  /**
   * Workers of other environments that register here, by a name: at `tsa.<host>`. Their networks are
   * not joined with this one, so what deploys there has to run there. Default none.
   */
  guests: z.record(z.string().regex(/^[a-z-]+$/), Guest).default({}),
  /**
   * Another environment's Concourse, whose pipelines deploy to this one: workers here run them, and the
   * workers of this environment's own Concourse deploy nothing. They have the organization's `workerTag`.
   * Default this environment's own Concourse deploys.
   */
  guestOf: z.strictObject({
    /** Where workers register: `tsa.cicd.example.edu`. */
    host: z.string().regex(
      /^([a-z0-9-]+\.)+[a-z]+$/,
      "must be a host such as tsa.cicd.example.edu",
    ),
    /** By which it is known. */
    hostPublicKey: SshPublicKey,
  }).optional(),
  /** In place of the environment's own sizes. */
  database: DatabaseSize.default({}),
  /** Days that logs of builds are kept. Default 90. */
  buildLogDays: z.int().min(1).max(3650).default(90),
});

/** What others may read of Concourse. */
export const ConcourseOutputs = z.strictObject({
  /** Where it is reached. */
  url: z.url(),
  /** The group of web nodes: what an instance refresh names. */
  webGroupName: z.string(),
  /** The group of workers that builds deploy from. */
  workerGroupName: z.string(),
  /** With what builds deploy to this environment. */
  workerRoleArn: z.string().startsWith("arn:aws:iam::"),
  /** The AMI that web nodes start from. */
  webImageId: z.string().startsWith("ami-"),
  /** The AMI that workers start from. */
  workerImageId: z.string().startsWith("ami-"),
});
