/** Where a value stands in its file, counted from 1; 0 for a value that came from no file. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Null. */
export interface NullDatum extends Place {
  readonly type: "null";
}
/** True or false. */
export interface BoolDatum extends Place {
  readonly type: "bool";
  readonly value: boolean;
}
/** An integer of up to 64 bits. */
export interface IntDatum extends Place {
  readonly type: "int";
  readonly value: bigint;
}
/** A floating point number, which may be infinite or not a number. */
export interface FloatDatum extends Place {
  readonly type: "float";
  readonly value: number;
}
/** Text. */
export interface StringDatum extends Place {
  readonly type: "string";
  readonly value: string;
}
/** A list. */
export interface ListDatum extends Place {
  readonly type: "list";
  readonly items: readonly Datum[];
}
/** A mapping by {@linkcode keyId}, in no meaningful order. */
export interface MapDatum extends Place {
  readonly type: "map";
  readonly entries: ReadonlyMap<string, Entry>;
}
/** A key with its value. */
export interface Entry {
  readonly key: ScalarDatum;
  readonly value: Datum;
}

/** A value that is neither list nor mapping. */
export type ScalarDatum = NullDatum | BoolDatum | IntDatum | FloatDatum | StringDatum;
/** A value of a pipeline after YAML's rules are applied: aliases and merges are gone. */
export type Datum = ScalarDatum | ListDatum | MapDatum;

/** Tells keys apart: text is its own, anything else begins with a NUL. */
export function keyId(key: ScalarDatum): string {
  if (key.type === "string") return key.value;
  return `\0${key.type} ${key.type === "null" ? "" : String(key.value)}`;
}

/** The value of a text key; `undefined` where it is absent or this is no mapping. */
export function field(datum: Datum | undefined, name: string): Datum | undefined {
  return datum?.type === "map" ? datum.entries.get(name)?.value : undefined;
}

/** A datum of a plain JSON-like value, at no place; numbers without a fraction are integers. */
export function datumOf(value: unknown, place: Place = { line: 0, column: 0 }): Datum {
  const { line, column } = place;
  switch (typeof value) {
    case "string":
      return { type: "string", value, line, column };
    case "boolean":
      return { type: "bool", value, line, column };
    case "bigint":
      return { type: "int", value, line, column };
    case "number":
      return Number.isSafeInteger(value)
        ? { type: "int", value: BigInt(value), line, column }
        : { type: "float", value, line, column };
    case "object": {
      if (value === null) break;
      if (Array.isArray(value)) {
        return { type: "list", items: value.map((item) => datumOf(item, place)), line, column };
      }
      const entries = new Map<string, Entry>();
      for (const [name, item] of Object.entries(value)) {
        if (item === undefined) continue;
        const key: StringDatum = { type: "string", value: name, line, column };
        entries.set(name, { key, value: datumOf(item, place) });
      }
      return { type: "map", entries, line, column };
    }
  }
  return { type: "null", line, column };
}

/** A list with each item changed; the same list where none is. */
export function mapItems(datum: ListDatum, change: (item: Datum) => Datum): ListDatum {
  let items: Datum[] | undefined;
  for (let at = 0; at < datum.items.length; at++) {
    const item = datum.items[at], changed = change(item);
    if (changed !== item) items ??= datum.items.slice(0, at);
    items?.push(changed);
  }
  return items ? { ...datum, items } : datum;
}
