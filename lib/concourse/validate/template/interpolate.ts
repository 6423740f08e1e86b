import { Problem } from "lib/schema/problem.ts";
import {
  type Datum,
  type Entry,
  keyId,
  mapItems,
  type StringDatum,
} from "lib/concourse/validate/datum.ts";
import {
  isReference,
  parseReference,
  referencesIn,
} from "lib/concourse/validate/template/reference.ts";
import { goType, lookUp, type Vars } from "lib/concourse/validate/template/vars.ts";
import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";

/**
 * Fills in `((references))`. A text that is one reference takes the value with its type; in longer
 * text only text and integers can stand. An unknown name stays as it is.
 *
 * @throws {YamlError} for a malformed reference, a missing field, or a value that text cannot hold
 * @see {@link https://github.com/concourse/concourse/blob/master/vars/template.go}
 */
export function interpolate(datum: Datum, vars: Vars): Datum {
  switch (datum.type) {
    case "string":
      return interpolateText(datum, vars);
    case "list":
      return mapItems(datum, (item) => interpolate(item, vars));
    case "map": {
      const changes: [string, string, Entry][] = [];
      for (const [id, entry] of datum.entries) {
        const value = interpolate(entry.value, vars);
        const key = entry.key.type === "string" ? interpolateText(entry.key, vars) : entry.key;
        if (key.type === "list" || key.type === "map") {
          throw new YamlError("a var in a key holds a list or a mapping", entry.key);
        }
        if (key !== entry.key || value !== entry.value) {
          changes.push([id, keyId(key), { key, value }]);
        }
      }
      if (changes.length === 0) return datum;
      const entries = new Map(datum.entries);
      for (const [before, id, entry] of changes) {
        if (before !== id) entries.delete(before);
        entries.set(id, entry);
      }
      return { ...datum, entries };
    }
    default:
      return datum;
  }
}

function interpolateText(datum: StringDatum, vars: Vars): Datum {
  let text = datum.value;
  for (const name of referencesIn(text)) {
    let value: Datum | undefined;
    try {
      value = lookUp(vars, parseReference(name));
    } catch (error) {
      if (error instanceof Problem) throw new YamlError(error.message, datum);
      throw error;
    }
    if (!value) continue;
    if (isReference(text)) return place(value, datum);
    if (value.type !== "string" && value.type !== "int") {
      throw new YamlError(
        `cannot interpolate non-primitive value (${goType(value)}) from var: ${name}`,
        datum,
      );
    }
    text = text.replaceAll(`((${name}))`, () => String(value.value));
  }
  return text === datum.value ? datum : { ...datum, value: text };
}

/** A var's value, at the place where it is used. */
function place(datum: Datum, { line, column }: StringDatum): Datum {
  return { ...datum, line, column };
}
