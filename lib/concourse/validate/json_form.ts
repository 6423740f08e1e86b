import {
  type Datum,
  type Entry,
  type FloatDatum,
  type MapDatum,
  mapItems,
} from "lib/concourse/validate/datum.ts";
import { formatG } from "lib/concourse/validate/go/number.ts";
import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import { parseInteger } from "lib/concourse/validate/yaml/resolve.ts";

const INT_MAX = 2n ** 63n - 1n, UINT_MAX = 2n ** 64n - 1n;

/** How {@linkcode jsonForm} treats what it meets. */
export interface JsonFormOptions {
  /** Whether a merged key may not be there already, as for `fly --strict`. */
  readonly strict: boolean;
  /** Takes the infinities and NaNs, which JSON lacks. */
  readonly infinite: FloatDatum[];
}

/**
 * Gives a value the form that it has after Concourse wrote it as YAML, read it again and turned it
 * into JSON: keys are text, whole floats are integers, and a text key `<<` merges even if it was
 * quoted.
 *
 * @throws {YamlError} for keys that JSON cannot have, and for merges of what is no mapping
 * @see {@link https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go}
 */
export function jsonForm(datum: Datum, options: JsonFormOptions): Datum {
  switch (datum.type) {
    case "float": {
      if (!Number.isFinite(datum.value)) options.infinite.push(datum);
      const integer = parseInteger(formatG(datum.value, 64));
      return integer === undefined ? datum : { ...datum, type: "int", value: integer };
    }
    case "list":
      return mapItems(datum, (item) => jsonForm(item, options));
    case "map":
      return jsonMap(datum, options);
    default:
      return datum;
  }
}

function jsonMap(datum: MapDatum, options: JsonFormOptions): MapDatum {
  let same = true;
  const values: Datum[] = [];
  for (const [id, { key, value }] of datum.entries) {
    const form = jsonForm(value, options);
    values.push(form);
    if (form !== value || key.type !== "string" || id === "<<") same = false;
  }
  return same ? datum : rebuild(datum, values, options);
}

/** Gives a mapping its values, its keys their text, and merges what a text key `<<` holds. */
function rebuild(
  datum: MapDatum,
  values: readonly Datum[],
  options: JsonFormOptions,
): MapDatum {
  const entries = new Map<string, Entry>();
  let merge: Entry | undefined, at = 0;
  for (const [id, entry] of datum.entries) {
    const value = values[at++];
    if (entry.key.type === "string" && id === "<<") {
      merge = { key: entry.key, value };
      continue;
    }
    const name = keyText(entry), { line, column } = entry.key;
    entries.set(name, { key: { type: "string", value: name, line, column }, value });
  }
  if (merge) {
    const { value } = merge;
    for (const source of value.type === "list" ? value.items : [value]) {
      if (source.type !== "map") {
        throw new YamlError("map merge requires map or sequence of maps as the value", merge.key);
      }
      for (const [name, entry] of jsonMap(source, options).entries) {
        if (!entries.has(name)) entries.set(name, entry);
        else if (options.strict) throw new YamlError(`key "${name}" already set in map`, entry.key);
      }
    }
  }
  return { ...datum, entries };
}

function keyText({ key }: Entry): string {
  const fail = (what: string): never => {
    throw new YamlError(`unsupported map key: ${what}, JSON has only text`, key);
  };
  switch (key.type) {
    case "string":
      return key.value;
    case "bool":
      return String(key.value);
    case "int":
      return key.value > INT_MAX ? fail(`the number ${key.value}`) : String(key.value);
    case "float": {
      const text = formatG(key.value, 32);
      return { "+Inf": ".inf", "-Inf": "-.inf", NaN: ".nan" }[text] ?? text;
    }
    case "null":
      return fail("null");
  }
}

/** What JSON may hold unescaped and YAML may not hold. */
const ONLY_IN_JSON = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;

function refuseControl(text: string, at: Datum): void {
  if (ONLY_IN_JSON.test(text)) {
    throw new YamlError("control characters are not allowed: the server reads JSON as YAML", at);
  }
}

/**
 * What the server makes of a value before it decodes it: it goes through JSON, which is read as
 * YAML. Every number becomes a 64-bit float and back, so large integers change.
 *
 * @throws {YamlError} for control characters, which YAML may only hold escaped
 */
export function throughJson(datum: Datum): Datum {
  switch (datum.type) {
    case "string":
      refuseControl(datum.value, datum);
      return datum;
    case "int": {
      const text = String(Number(datum.value));
      const integer = parseInteger(text);
      if (integer === datum.value) return datum;
      return integer === undefined
        ? { ...datum, type: "float", value: Number(text) }
        : { ...datum, value: integer };
    }
    case "float": {
      if (!Number.isInteger(datum.value) || Math.abs(datum.value) >= 1e21) return datum;
      const integer = BigInt(String(datum.value));
      return integer > UINT_MAX || integer < -INT_MAX - 1n
        ? datum
        : { ...datum, type: "int", value: integer };
    }
    case "list":
      return mapItems(datum, throughJson);
    case "map": {
      let entries: Map<string, Entry> | undefined;
      for (const [name, entry] of datum.entries) {
        refuseControl(name, entry.key);
        const value = throughJson(entry.value);
        if (value === entry.value) continue;
        entries ??= new Map(datum.entries);
        entries.set(name, { key: entry.key, value });
      }
      return entries ? { ...datum, entries } : datum;
    }
    default:
      return datum;
  }
}
