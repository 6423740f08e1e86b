import { Problem } from "lib/schema/problem.ts";
import {
  type Datum,
  datumOf,
  type Entry,
  field,
  type MapDatum,
} from "lib/concourse/validate/datum.ts";
import {
  formatReference,
  parseReference,
  type Reference,
} from "lib/concourse/validate/template/reference.ts";

/** Values for `((references))`: layers of which the first that has a name wins. */
export type Vars = readonly MapDatum[];

/** What Go calls a value's type: as messages name it. */
export function goType(datum: Datum): string {
  switch (datum.type) {
    case "null":
      return "<nil>";
    case "bool":
      return "bool";
    case "int":
    case "float":
      return "float64";
    case "string":
      return "string";
    case "list":
      return "[]interface {}";
    case "map":
      return "map[string]interface {}";
  }
}

/**
 * Looks a reference up.
 *
 * @returns `undefined` when no layer has the name, or it belongs to a var source
 * @throws {Problem} when the name is there but its field is not
 */
export function lookUp(vars: Vars, reference: Reference): Datum | undefined {
  if (reference.source !== "") return undefined;
  for (const layer of vars) {
    let value = field(layer, reference.path);
    if (!value) continue;
    for (const name of reference.fields) {
      if (value.type !== "map") {
        throw new Problem(
          `cannot access field '${name}' of non-map value ('${goType(value)}') from var: ${
            formatReference(reference)
          }`,
        );
      }
      const next = field(value, name);
      if (!next) {
        throw new Problem(`missing field '${name}' in var: ${formatReference(reference)}`);
      }
      value = next;
    }
    return value;
  }
  return undefined;
}

/**
 * Makes a layer of `name=value` pairs, as of `--var`; `a.b=c` gives `a` a field, and a later pair
 * wins over an earlier one.
 *
 * @throws {Problem} for a pair without `=` or with a malformed name
 * @see {@link https://github.com/concourse/concourse/blob/master/vars/static_vars.go}
 */
export function varsOfPairs(pairs: readonly (readonly [string, Datum])[]): MapDatum {
  const root = new Map<string, Entry>();
  for (const [name, value] of pairs) {
    const { path, fields } = parseReference(name);
    const segments = [path, ...fields];
    let level = root;
    segments.forEach((segment, index) => {
      const key = { type: "string", value: segment, line: 0, column: 0 } as const;
      if (index === segments.length - 1) level.set(segment, { key, value });
      else {
        const held = level.get(segment)?.value;
        const next = new Map(held?.type === "map" ? held.entries : []);
        level.set(segment, { key, value: { type: "map", entries: next, line: 0, column: 0 } });
        level = next;
      }
    });
  }
  return { type: "map", entries: root, line: 0, column: 0 };
}

/**
 * Splits `name=value`.
 *
 * @throws {Problem} where there is no `=`
 */
export function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  if (at < 0) throw new Problem("a var is given as name=value: there is no = in it");
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** A layer of plain values by name. */
export function varsOf(values: Readonly<Record<string, unknown>>): MapDatum {
  return datumOf(values) as MapDatum;
}
