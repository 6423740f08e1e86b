import type { Datum, Entry } from "lib/concourse/validate/datum.ts";
import { SECTIONS } from "lib/concourse/validate/decode/pipeline.ts";

/**
 * What the server does first: top-level keys that it does not know are dropped, whatever they hold, and of
 * those that differ in case only, all but the last in alphabetical order.
 */
export function withoutUnknownSections(datum: Datum): Datum {
  if (datum.type !== "map") return datum;
  const entries = new Map<string, Entry>();
  for (const name of [...datum.entries.keys()].sort()) {
    const section = name.toLowerCase().replaceAll("\u017f", "s");
    if (SECTIONS.includes(section)) entries.set(section, datum.entries.get(name)!);
  }
  return { ...datum, entries };
}
