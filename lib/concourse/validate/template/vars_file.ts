import { Problem } from "lib/schema/problem.ts";
import type { Datum, Entry, MapDatum } from "lib/concourse/validate/datum.ts";
import { jsonForm } from "lib/concourse/validate/json_form.ts";
import { construct } from "lib/concourse/validate/yaml/construct.ts";
import { parseYaml } from "lib/concourse/validate/yaml/parser.ts";

/** Integers as floats: what a value is after Go decoded it from JSON without a type. */
function asFloats(datum: Datum): Datum {
  switch (datum.type) {
    case "int":
      return { ...datum, type: "float", value: Number(datum.value) };
    case "list":
      return { ...datum, items: datum.items.map(asFloats) };
    case "map": {
      const entries = new Map<string, Entry>();
      for (const [name, { key, value }] of datum.entries) {
        entries.set(name, { key, value: asFloats(value) });
      }
      return { ...datum, entries };
    }
    default:
      return datum;
  }
}

/**
 * Reads the values of a vars file, as of `--load-vars-from`. Its numbers arrive as floats, so they
 * cannot stand in the middle of text.
 *
 * @throws {YamlError} for what is not YAML
 * @throws {Problem} for anything but a mapping of names
 */
export function varsOfFile(text: string): MapDatum {
  const datum = jsonForm(construct(parseYaml(text)), { strict: false, infinite: [] });
  if (datum.type === "map") return asFloats(datum) as MapDatum;
  if (datum.type === "null") return { ...datum, type: "map", entries: new Map() };
  throw new Problem("expected a mapping of names to values");
}
