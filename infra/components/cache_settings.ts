import { z } from "zod";

/** What a `Cache` is made from, beside what other resources tell. */
export const CacheArgs = z.strictObject({
  /** What it speaks: both understand clients of Redis. */
  engine: z.enum(["valkey", "redis"]).default("valkey"),
  /** Of the engine: `8.1`. */
  version: z.string().regex(/^\d+\.\d+$/, "must be a version such as 8.1").default("8.1"),
  /** `cache.t4g.small`. */
  nodeType: z.string().regex(
    /^cache\.[a-z]\d[a-z]*\.(micro|small|medium|x?large|\d+xlarge)$/,
    "must be a type such as cache.t4g.small",
  ),
  /** Copies beside the first node; with any, another takes over when one fails. */
  replicas: z.int().min(0).max(5).default(0),
  /** Days that daily copies are kept; 0 for none. */
  snapshotDays: z.int().min(0).max(35).default(0),
  /** What is thrown out when memory is full. */
  maxMemoryPolicy: z.enum(["noeviction", "allkeys-lru", "volatile-lru", "allkeys-lfu"])
    .default("noeviction"),
}).refine(
  ({ engine, version }) => (engine === "valkey" ? /^(7\.2|[89]\.\d)$/ : /^7\.\d$/).test(version),
  { message: "is no version of the engine: Valkey has 7.2 and 8.0 on, Redis 7", path: ["version"] },
);

const { nodeType, replicas, snapshotDays } = CacheArgs.shape;

/** How large a cache is, in place of the environment's own size. */
export const CacheSize = z.strictObject({ nodeType, replicas, snapshotDays }).partial();
