import { type Datum, field, type Place } from "lib/concourse/validate/datum.ts";
import {
  parseReference,
  type Reference,
  referencesIn,
} from "lib/concourse/validate/template/reference.ts";

/** A `((var))` where it stands. */
export interface VarUse {
  readonly reference: Reference;
  /** As it is written between the parentheses. */
  readonly text: string;
  readonly at: Place;
}

const cache = new WeakMap<Datum, readonly VarUse[]>();

/** Every well-formed `((var))` in keys and values; several lints ask for the same. */
export function varsUsed(datum: Datum): readonly VarUse[] {
  let uses = cache.get(datum);
  if (!uses) {
    const found: VarUse[] = [];
    collect(datum, found);
    cache.set(datum, uses = found);
  }
  return uses;
}

function collect(datum: Datum, found: VarUse[]): void {
  switch (datum.type) {
    case "string":
      for (const text of referencesIn(datum.value)) {
        found.push({ reference: parseReference(text), text, at: datum });
      }
      return;
    case "list":
      for (const item of datum.items) collect(item, found);
      return;
    case "map":
      for (const { key, value } of datum.entries.values()) {
        collect(key, found);
        collect(value, found);
      }
  }
}

/** The names of vars that one layer gives. */
export function namesGiven(layer: Datum): string[] {
  return layer.type === "map" ? [...layer.entries.keys()] : [];
}

/** The names of a pipeline's var sources. */
export function sourceNames(pipeline: Datum): ReadonlySet<string> {
  const sources = field(pipeline, "var_sources");
  const names = sources?.type === "list" ? sources.items.map((item) => field(item, "name")) : [];
  return new Set(names.flatMap((name) => name?.type === "string" ? [name.value] : []));
}
