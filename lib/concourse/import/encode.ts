import type { Datum } from "lib/concourse/validate/datum.ts";
import type { Pipeline as DecodedPipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { HOOKS, type Step, type StepConfig } from "lib/concourse/validate/decode/step_types.ts";
import { formatG } from "lib/concourse/validate/go/number.ts";

/** Plain data: what a definition is written of. */
export type Plain = null | boolean | number | bigint | string | Plain[] | { [key: string]: Plain };

/** Keys of the decoder's own. */
const OWN = new Set(["node", "kind", "step", "hook", "unknown"]);

/** Fields that Concourse takes as absent and this library's types do not. */
const NEEDED: Readonly<Record<string, Plain>> = {
  plan: [],
  source: {},
  run: { path: "" },
  jobs: [],
};

/** A value in which nothing is left out: a source, parameters, values of vars. */
export function plainOf(datum: Datum): Plain {
  switch (datum.type) {
    case "null":
      return null;
    case "int": {
      const number = Number(datum.value);
      return Number.isSafeInteger(number) ? number : datum.value;
    }
    case "list":
      return datum.items.map(plainOf);
    case "map":
      return Object.fromEntries(
        Array.from(datum.entries.values(), ({ key, value }) => [keyOf(key), plainOf(value)]),
      );
    default:
      return datum.value;
  }
}

/** A key as the text that JSON makes of it. */
function keyOf(key: Datum): string {
  if (key.type === "float") return formatG(key.value, 32);
  return "value" in key ? String(key.value) : "";
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A datum is told by its place; whatever was decoded keeps its node. */
const isDatum = (value: Record<string, unknown>): boolean => "line" in value && "column" in value;
const isStep = (value: Record<string, unknown>): boolean => "config" in value && "unknown" in value;

/** A decoded field as plain data; `undefined` where it says no more than its absence. */
function encode(value: unknown): Plain | undefined {
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => encode(item) ?? empty(item));
  }
  if (value instanceof Map) {
    if (value.size === 0) return undefined;
    return Object.fromEntries(
      Array.from(
        value,
        ([key, item]) => [key, isObject(item) ? plainOf(item as unknown as Datum) : item],
      ),
    );
  }
  if (!isObject(value)) {
    if (typeof value === "bigint") return value === 0n ? undefined : plainOf(integer(value));
    return value === "" || value === false ? undefined : value as Plain | undefined;
  }
  if (isDatum(value)) return plainOf(value as unknown as Datum);
  if (isStep(value)) return encodeStep(value as unknown as Step);
  return encodeFields(value);
}

const integer = (value: bigint): Datum => ({ type: "int", value, line: 0, column: 0 });

/** An element of a list is there even when it says nothing. */
function empty(item: unknown): Plain {
  return isObject(item) ? {} : item as Plain;
}

function encodeFields(fields: object): { [key: string]: Plain } {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      if (OWN.has(key)) return [];
      const plain = complete(key, encode(value));
      return plain === undefined || isUnset(key, plain) ? [] : [[key, plain]];
    }),
  );
}

/** What the types need, where Concourse does without. */
function complete(key: string, value: Plain | undefined): Plain | undefined {
  const isCommand = key === "run" && isObject(value) && !("path" in value);
  return isCommand ? { path: "", ...value } : value ?? NEEDED[key];
}

/** Text that Concourse takes as nothing at all. */
function isUnset(key: string, value: Plain): boolean {
  if (typeof value !== "string") return false;
  return key === "version"
    ? value !== "latest" && value !== "every"
    : key === "inputs"
    ? value !== "all" && value !== "detect"
    : key === "check_every" && value === "";
}

/** A step: what it does first, then how often and how long, then what follows. */
function encodeStep({ config }: Step): { [key: string]: Plain } {
  const chain: StepConfig[] = [];
  for (let at: StepConfig | undefined = config; at; at = "step" in at ? at.step : undefined) {
    chain.push(at);
  }
  const parts = chain.reverse().map((part) => encodePart(part));
  const whole: { [key: string]: Plain } = Object.assign({}, ...parts);
  const isHook = (key: string) => (HOOKS as readonly string[]).includes(key);
  const keys = Object.keys(whole);
  return Object.fromEntries(
    [...keys.filter((key) => !isHook(key)), ...HOOKS.filter((key) => key in whole)]
      .map((key) => [key, whole[key]]),
  );
}

function encodePart(part: StepConfig): { [key: string]: Plain } {
  switch (part.kind) {
    case "do": {
      const { do: steps, ...rest } = part;
      return { do: steps.map(encodeStep), ...encodeFields(rest) };
    }
    case "in_parallel": {
      const { in_parallel: parallel, ...rest } = part;
      const { steps = [], ...limits } = encodeFields(parallel);
      const limited = Object.keys(limits).length > 0;
      return { in_parallel: limited ? { steps, ...limits } : steps, ...encodeFields(rest) };
    }
    default:
      return encodeFields(part);
  }
}

/** A pipeline as Concourse decodes it, as plain data in this library's types: nothing is said twice. */
export function encodePipeline(pipeline: DecodedPipeline): { [key: string]: Plain } {
  const { jobs, ...sections } = encodeFields(pipeline);
  return { ...sections, jobs };
}
