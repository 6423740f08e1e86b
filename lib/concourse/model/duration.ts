import { z } from "zod";

type Unit = "ns" | "us" | "µs" | "ms" | "s" | "m" | "h";

/**
 * A duration as Go writes it: `90s`, `1h30m`, `500ms`. A var that holds one stands for it.
 *
 * The type knows the usual forms, so that `2 hours` is an error to the compiler.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export type Duration =
  | `${number}${Unit}`
  | `${number}h${number}m`
  | `${number}h${number}m${number}s`
  | `${number}m${number}s`
  | `((${string}))`;

const GO_DURATION = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

/** See the type of this name; read, any form that Go reads is taken. */
export const Duration: z.ZodType<Duration> = z.string().refine(
  (text) => GO_DURATION.test(text) || /^\(\(.+\)\)$/.test(text),
  "is not a duration such as 90s or 1h30m",
) as unknown as z.ZodType<Duration>;

/** How often to look for versions: a duration, or `never`. */
export type CheckEvery = Duration | "never";
/** See the type of this name. */
export const CheckEvery: z.ZodType<CheckEvery> = z.union([z.literal("never"), Duration]);
