import { z } from "zod";

/** What a container may use. @see https://concourse-ci.org/docs/tasks/#container_limits-schema */
export const ContainerLimits = z.strictObject({
  /** CPU shares; 0 is no limit. */
  cpu: z.number().nonnegative().optional(),
  /** Bytes, or text such as `512MB` and `1GiB`; 0 is no limit. */
  memory: z.union([
    z.number().nonnegative(),
    z.string().regex(/^\d+([KMG]i?B?)?$/i, "is not an amount of memory such as 512MB"),
  ]).optional(),
});
/** See the schema of this name. */
export type ContainerLimits = z.infer<typeof ContainerLimits>;
