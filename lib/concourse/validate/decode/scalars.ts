import type { Datum } from "lib/concourse/validate/datum.ts";
import type { DecodeContext } from "lib/concourse/validate/decode/context.ts";
import {
  custom,
  type Decoder,
  int,
  list,
  optional,
  text,
} from "lib/concourse/validate/decode/fields.ts";
import { parseDuration } from "lib/concourse/validate/go/duration.ts";

const SECOND = 1_000_000_000n;

/** Worker tags: texts, of which the empty ones are dropped. */
export const tags: Decoder<readonly string[]> = custom({
  zero: [],
  decode: (datum, context) => list(text).decode(datum, context).filter((tag) => tag !== ""),
});

/** A decoder of an optional field that decodes itself. */
function own(decode: (datum: Datum, context: DecodeContext) => void): Decoder<Datum | undefined> {
  return optional(custom({
    zero: undefined,
    decode(datum, context) {
      decode(datum, context);
      return datum;
    },
  }));
}

/** How often to check: a duration, `never` or an empty text. */
export const checkEvery = own((datum, context) => {
  if (datum.type !== "string") context.expected("a duration such as 1m, or never", datum);
  else if (
    datum.value !== "" && datum.value !== "never" && parseDuration(datum.value) === undefined
  ) context.expected("a duration such as 1m, or never", datum);
});

/** Which version to get: `latest`, `every`, or a mapping of texts; other text means nothing. */
export const versionConfig = own((datum, context) => {
  if (datum.type === "string") return;
  if (datum.type !== "map") {
    return context.expected("latest, every, or a version as a mapping", datum);
  }
  for (const [name, { value }] of datum.entries) {
    if (value.type === "string") continue;
    context.path.push(name);
    context.expected("text", value);
    context.path.pop();
  }
});

/** What a put takes along: `all`, `detect`, or a list of names; other text means nothing. */
export const putInputs = own((datum, context) => {
  if (datum.type === "string") return;
  if (datum.type !== "list") return context.expected("all, detect, or a list of names", datum);
  datum.items.forEach((item, index) => {
    if (item.type === "string") return;
    context.path.push(index);
    context.expected("text", item);
    context.path.pop();
  });
});

/** A CPU limit: any number. */
export const cpuLimit = own((datum, context) => {
  if (datum.type !== "int" && datum.type !== "float") {
    context.fault("cpu limit must be an integer", datum);
  }
});

/** A memory limit: a number of bytes, or text such as `1GB`. */
export const memoryLimit = own((datum, context) => {
  if (datum.type !== "string") return;
  const digits = /^([0-9]+)(?:[KMG]i?B?)?$/i.exec(datum.value)?.[1];
  if (digits === undefined || BigInt(digits) >= 2n ** 64n) {
    context.fault(
      "could not parse container memory limit: expected a number of bytes, or one with KB, MB or GB",
      datum,
    );
  }
});

/** How long a task's cache lives: a duration of at least a second, or an empty text. */
export const cacheTtl: Decoder<string> = {
  zero: "",
  decode(datum, context) {
    const ttl = text.decode(datum, context);
    if (ttl === "") return ttl;
    const duration = parseDuration(ttl);
    if (duration === undefined) context.fault(`invalid cache ttl '${ttl}'`, datum);
    else if (duration < SECOND) {
      context.fault(`cache ttl must be at least 1s, got '${ttl}'`, datum);
    }
    return ttl;
  },
};

/** How many steps of an across run at once. */
export type MaxInFlight = "all" | bigint;

/** `all` or a number. */
export const maxInFlight: Decoder<MaxInFlight | undefined> = optional(custom<MaxInFlight>({
  zero: 0n,
  decode(datum, context) {
    if (datum.type !== "string") return int.decode(datum, context);
    if (datum.value !== "all") context.expected("all or a number", datum);
    return "all";
  },
}));

/** A task's environment: any values, each turned into text. */
export const env: Decoder<ReadonlyMap<string, Datum>> = custom({
  zero: new Map(),
  decode(datum, context) {
    if (datum.type === "null") return new Map();
    if (datum.type !== "map") {
      context.expected("a mapping", datum);
      return new Map();
    }
    return new Map(Array.from(datum.entries, ([name, { value }]) => [name, value]));
  },
});
