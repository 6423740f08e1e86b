import type { Datum, MapDatum, Place } from "lib/concourse/validate/datum.ts";

/** Something that does not decode. */
export interface Fault {
  readonly message: string;
  readonly at: Place;
}

/** Where decoding stands and what it found wrong. */
export class DecodeContext {
  /** Everything that does not decode, in the order met. */
  readonly faults: Fault[] = [];
  /** Infinities and NaNs that a text field took as text. */
  readonly coerced = new Set<Datum>();
  /** Keys and indices from the top to here. */
  readonly path: (string | number)[] = [];

  /**
   * Starts at the top.
   *
   * @param strict Whether unknown keys are faults
   * @param coerce Whether text fields take numbers and booleans, as all outside steps do
   */
  constructor(public strict: boolean, public coerce = true) {}

  /** Notes a fault at the path. */
  fault(message: string, at: Place): void {
    const path = this.path.reduce<string>(
      (text, key) =>
        typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`,
      "",
    );
    this.faults.push({ message: path === "" ? message : `${path}: ${message}`, at });
  }

  /** Notes that something else was expected. */
  expected(what: string, found: Datum): void {
    this.fault(`expected ${what}, found ${describe(found)}`, found);
  }

  /** Decodes with another strictness and no coercion, as types that decode themselves do. */
  within<T>(strict: boolean, decode: () => T): T {
    const { strict: outerStrict, coerce } = this;
    this.strict = strict;
    this.coerce = false;
    const result = decode();
    this.strict = outerStrict;
    this.coerce = coerce;
    return result;
  }
}

/** A value's kind in plain words; never the text of a long one. */
export function describe(datum: Datum): string {
  switch (datum.type) {
    case "null":
      return "nothing";
    case "bool":
    case "int":
    case "float":
      return `${datum.type === "bool" ? "the boolean" : "the number"} ${datum.value}`;
    case "string":
      return datum.value.length > 40 ? "text" : `the text ${JSON.stringify(datum.value)}`;
    case "list":
      return "a list";
    case "map":
      return "a mapping";
  }
}

/** What came from a mapping in the file. */
export interface Located {
  /** The mapping. */
  readonly node: MapDatum;
}

/** Where a field of something stands (its key), or where the thing itself begins. */
export function placeOf(located: Located, name?: string): Place {
  const key = name === undefined ? undefined : located.node.entries.get(name)?.key;
  return key ?? located.node;
}
