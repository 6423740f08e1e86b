import { z } from "zod";
import { Environment } from "lib/schema/environment.ts";

/** Series of instances that RDS has for databases, with their sizes. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Types.html */
const CLASSES: readonly (readonly [series: RegExp, sizes: readonly string[]])[] = [
  [/^t[34]g?$/, ["micro", "small", "medium", "large", "xlarge", "2xlarge"]],
  [/^m[5-8](g|i|d|gd)?$/, [
    ...["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"],
    "48xlarge",
  ]],
  [/^r[5-8](g|i|d|gd)?$/, [
    ...["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"],
    "48xlarge",
  ]],
];

function isInstanceClass(text: string): boolean {
  const [, series, size] = /^db\.([a-z0-9]+)\.([a-z0-9]+)$/.exec(text) ?? [];
  return CLASSES.some(([pattern, sizes]) => pattern.test(series ?? "") && sizes.includes(size));
}

/** An instance class of RDS: `db.t4g.medium`. */
export const InstanceClass = z.string().refine(
  isInstanceClass,
  "is no instance class of RDS: name one such as db.m7g.large",
);

/** Versions that are kept up to date, by engine: the major one, or with the minor one to hold it there. */
const VERSIONS = {
  postgres: /^(14|15|16|17|18)(\.\d{1,2})?$/,
  mariadb: /^(10\.6|10\.11|11\.4|11\.8)(\.\d{1,2})?$/,
};

/** What a `Database` is made from, beside what other resources tell. */
export const DatabaseArgs = z.strictObject({
  /** Whose it is: production has rules of its own. */
  environment: Environment,
  engine: z.enum(["postgres", "mariadb"]).default("postgres"),
  /** The major version, `17`, which takes minor ones by itself; or the whole, `17.6`, which does not. */
  version: z.string().default("17"),
  /** The database within the server. */
  database: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "must be a name such as learn"),
  instanceClass: InstanceClass,
  /** GB at first. */
  storageGb: z.int().min(20).max(65_536),
  /** GB to which it grows by itself. */
  maxStorageGb: z.int().min(20).max(65_536),
  /** Whether another zone holds a copy that takes over. */
  multiAz: z.boolean().default(false),
  /** Days that daily copies are kept; 0 for none. */
  backupDays: z.int().min(0).max(35),
  /** Whether it can be deleted. */
  deletionProtection: z.boolean().default(true),
  /** An instance that only reads, of this class. Default none. */
  readReplica: InstanceClass.optional(),
  /** Whether changes are tried on a copy, which then takes its place. */
  blueGreen: z.boolean().default(false),
  /** Of the engine, by name. */
  parameters: z.record(z.string().regex(/^[a-z_.]+$/), z.string()).default({}),
}).superRefine((args, context) => {
  const refuse = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  if (!VERSIONS[args.engine].test(args.version)) {
    refuse("version", `is no supported version of ${args.engine}`);
  }
  if (args.maxStorageGb < args.storageGb * 1.1) {
    refuse("maxStorageGb", "must exceed storageGb by a tenth at least: RDS asks for that");
  }
  if (args.readReplica && args.backupDays === 0) {
    refuse("readReplica", "needs backups: set backupDays");
  }
  if (args.blueGreen && args.readReplica) {
    refuse("blueGreen", "does not go with a replica made by the deployment");
  }
  if (args.environment !== "Production") return;
  if (args.backupDays < 7) refuse("backupDays", "Production keeps copies for 7 days at least");
  if (!args.deletionProtection) {
    refuse("deletionProtection", "Production's databases are protected");
  }
  if (!args.multiAz) refuse("multiAz", "Production's databases survive the loss of a zone");
});
const { instanceClass, storageGb, maxStorageGb, multiAz, backupDays } = DatabaseArgs.shape;

/** How large a database is, in place of the environment's own size. */
export const DatabaseSize = z.strictObject({
  instanceClass,
  storageGb,
  maxStorageGb,
  multiAz,
  backupDays,
}).partial();

/** Settings as they were checked. */
export type DatabaseSettings = z.output<typeof DatabaseArgs>;

/** `17.6` → `17`, `10.11.2` → `10.11`: what parameter groups are made for. */
export function majorVersion({ engine, version }: DatabaseSettings): string {
  return version.split(".").slice(0, engine === "postgres" ? 1 : 2).join(".");
}
