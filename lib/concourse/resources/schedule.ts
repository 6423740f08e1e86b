import type { Duration, Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** A day as Concourse's time resource names it. */
export type Weekday =
  | "Monday"
  | "Tuesday"
  | "Wednesday"
  | "Thursday"
  | "Friday"
  | "Saturday"
  | "Sunday";

/** A time of day: `07:30` or `7:30 PM`. */
export type TimeOfDay = `${number}:${string}`;

/** When. @see https://github.com/concourse/time-resource */
export interface ScheduleOptions extends ResourceOptions {
  /** Every so often, within the hours and days if there are any. */
  readonly interval?: Duration;
  /** The first of the hours; goes with `stop`. */
  readonly start?: TimeOfDay;
  /** The end of the hours. */
  readonly stop?: TimeOfDay;
  /** Default every day. */
  readonly days?: readonly Weekday[];
  /** `America/New_York`; default UTC. */
  readonly location?: string;
}

/** A version at every such time. */
export function schedule(name: string, options: ScheduleOptions): Resource {
  const { interval, start, stop, days, location } = options;
  return defineResource(name, "time", { interval, start, stop, days, location }, options, {
    icon: "clock",
  });
}
