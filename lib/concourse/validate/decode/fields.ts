import type { Datum, Entry, MapDatum } from "lib/concourse/validate/datum.ts";
import { type DecodeContext, type Located } from "lib/concourse/validate/decode/context.ts";
import { formatG } from "lib/concourse/validate/go/number.ts";
import { didYouMean } from "lib/schema/nearest.ts";

/** Turns a datum into a typed value as Go's `encoding/json` does. */
export interface Decoder<T> {
  /** What an absent field is. */
  readonly zero: T;
  /** Decodes; faults go to the context and give the zero value. Null is the zero value, mostly. */
  decode(datum: Datum, context: DecodeContext): T;
}

const INT_MIN = -(2n ** 63n), INT_MAX = 2n ** 63n - 1n;

/** Text; outside steps also numbers and booleans. */
export const text: Decoder<string> = {
  zero: "",
  decode(datum, context) {
    if (datum.type === "string") return datum.value;
    if (datum.type === "null") return "";
    if (context.coerce) {
      if (datum.type === "int" || datum.type === "bool") return String(datum.value);
      if (datum.type === "float") {
        context.coerced.add(datum);
        return formatG(datum.value, 32);
      }
    }
    context.expected("text", datum);
    return "";
  },
};

/** True or false. */
export const bool: Decoder<boolean> = {
  zero: false,
  decode(datum, context) {
    if (datum.type === "bool") return datum.value;
    if (datum.type !== "null") context.expected("true or false", datum);
    return false;
  },
};

/** A 64-bit integer; floats without a fraction are taken. */
export const int: Decoder<bigint> = {
  zero: 0n,
  decode(datum, context) {
    if (datum.type === "null") return 0n;
    if (datum.type === "int" && datum.value >= INT_MIN && datum.value <= INT_MAX) {
      return datum.value;
    }
    if (
      datum.type === "float" && Number.isInteger(datum.value) && Math.abs(datum.value) < 2 ** 63
    ) {
      return BigInt(datum.value);
    }
    context.expected("an integer of 64 bits", datum);
    return 0n;
  },
};

/** Anything at all. */
export const any: Decoder<Datum | undefined> = {
  zero: undefined,
  decode: (datum) => datum.type === "null" ? undefined : datum,
};

/** A mapping with anything in it. */
export const anyMap: Decoder<MapDatum | undefined> = {
  zero: undefined,
  decode(datum, context) {
    if (datum.type === "map") return datum;
    if (datum.type !== "null") context.expected("a mapping", datum);
    return undefined;
  },
};

/** A list. */
export function list<T>(element: Decoder<T>): Decoder<readonly T[]> {
  return {
    zero: [],
    decode(datum, context) {
      if (datum.type !== "list") {
        if (datum.type !== "null") context.expected("a list", datum);
        return [];
      }
      return datum.items.map((item, index) => {
        context.path.push(index);
        const value = element.decode(item, context);
        context.path.pop();
        return value;
      });
    },
  };
}

/** A mapping of texts. */
export const textMap: Decoder<ReadonlyMap<string, string>> = {
  zero: new Map(),
  decode(datum, context) {
    if (datum.type !== "map") {
      if (datum.type !== "null") context.expected("a mapping of texts", datum);
      return new Map();
    }
    const result = new Map<string, string>();
    for (const [name, { value }] of datum.entries) {
      context.path.push(name);
      result.set(name, text.decode(value, context));
      context.path.pop();
    }
    return result;
  },
};

/** The same, `undefined` where the field is absent or null. */
export function optional<T>(inner: Decoder<T>): Decoder<T | undefined> {
  return {
    zero: undefined,
    decode: (datum, context) => datum.type === "null" ? undefined : inner.decode(datum, context),
  };
}

/** A type that decodes itself: what it holds is not coerced and, but for its own rule, not strict. */
export function custom<T>(inner: Decoder<T>, strict = false): Decoder<T> {
  return {
    zero: inner.zero,
    decode: (datum, context) => context.within(strict, () => inner.decode(datum, context)),
  };
}

/** The decoder of each field. */
export type Fields<T> = { readonly [K in keyof T]: Decoder<T[K]> };

/** A decoder of mappings with known fields. */
export interface StructDecoder<T> extends Decoder<T & Located> {
  /** The fields' names. */
  readonly names: readonly string[];
}

const EMPTY: MapDatum = { type: "map", entries: new Map(), line: 0, column: 0 };

/** Lower case as Go folds field names: the long s and the Kelvin sign are letters too. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}

/** A mapping with known fields, whose names match whatever their case. */
export function struct<T extends object>(fields: Fields<T>): StructDecoder<T> {
  const names = Object.keys(fields);
  const decoders = new Map(Object.entries(fields)) as Map<string, Decoder<unknown>>;
  const zeros = names.map((name) => [name, decoders.get(name)!.zero] as const);
  const make = (node: MapDatum) => {
    const result: Record<string, unknown> = { node };
    for (const [name, zero] of zeros) result[name] = zero;
    return result;
  };

  function decode(datum: Datum, context: DecodeContext): T & Located {
    if (datum.type !== "map") {
      if (datum.type !== "null") context.expected("a mapping", datum);
      return make({ ...EMPTY, line: datum.line, column: datum.column }) as T & Located;
    }
    const result = make(datum);
    const set = (name: string, { value }: Entry) => {
      if (value.type === "null" && result[name] !== decoders.get(name)!.zero) return;
      context.path.push(name);
      result[name] = decoders.get(name)!.decode(value, context);
      context.path.pop();
    };
    // Names that match exactly come last, so that they win.
    let exact = 0;
    for (const name of datum.entries.keys()) if (decoders.has(name)) exact++;
    if (exact < datum.entries.size) {
      for (const [name, entry] of datum.entries) {
        if (decoders.has(name)) continue;
        const known = names.find((candidate) => candidate === fold(name));
        if (known !== undefined) set(known, entry);
        else if (context.strict) {
          context.fault(`unknown field "${name}"${didYouMean(name, names)}`, entry.key);
        }
      }
    }
    for (const [name, entry] of datum.entries) if (decoders.has(name)) set(name, entry);
    return result as T & Located;
  }

  return { zero: make(EMPTY) as T & Located, names, decode };
}
