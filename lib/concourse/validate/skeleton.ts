import type { Datum } from "lib/concourse/validate/datum.ts";
import { SECTIONS } from "lib/concourse/validate/decode/pipeline.ts";

/** What the server does first: top-level keys that it does not know are dropped, whatever they hold. */
export function withoutUnknownSections(datum: Datum): Datum {
  if (datum.type !== "map") return datum;
  const entries = new Map(
    [...datum.entries].filter(([name]) =>
      SECTIONS.includes(name.toLowerCase().replaceAll("\u017f", "s"))
    ),
  );
  return entries.size === datum.entries.size ? datum : { ...datum, entries };
}
