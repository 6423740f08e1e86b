import type { Datum } from "lib/concourse/validate/datum.ts";
import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Pipeline, VarSource } from "lib/concourse/validate/decode/pipeline.ts";
import { checkName, checkUnique, locate } from "lib/concourse/validate/rules/names.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";
import { CreationError } from "lib/concourse/validate/rules/var_sources/manager.ts";
import { MANAGERS } from "lib/concourse/validate/rules/var_sources/managers.ts";
import { referencesIn } from "lib/concourse/validate/template/reference.ts";

const SECTION = "variable sources";

/** Checks the var sources: names, types, configs, and that they can be put in order. */
export function checkVarSources({ var_sources: sources, node }: Pipeline, report: Report): void {
  const seen = new Map<string, string>();
  sources.forEach((source, index) => {
    checkName(source, locate("var_sources", index, source.name), SECTION, report);
    checkOne(source, index, seen, report);
  });
  const unplaced = order(sources);
  if (unplaced.length === 0) return;
  const names = unplaced.map(({ name }) => name).join(", ");
  report.error(
    SECTION,
    `failed to order by dependency: could not resolve inter-dependent var sources: ${names}`,
    placeOf({ node }, "var_sources"),
  );
}

function checkOne(
  source: VarSource & Located,
  index: number,
  seen: Map<string, string>,
  report: Report,
): void {
  const manager = MANAGERS.get(source.type), at = placeOf(source, "type");
  if (!manager) {
    return report.error(SECTION, `unknown credential manager type: ${source.type}`, at);
  }
  if (!manager.supported) {
    const message = `credential manager type ${source.type} is not supported in pipeline yet`;
    report.error(SECTION, message, at);
  }
  checkUnique(source, `var_sources[${index}]`, SECTION, seen, report);
  // Unlike elsewhere, the last of one name is what the next is compared with, and none is a name.
  seen.set(source.name, `var_sources[${index}]`);
  try {
    const fault = manager.check(source.config);
    if (fault === undefined) return;
    const message = `credential manager ${source.name} is invalid: ${fault}`;
    report.error(SECTION, message, placeOf(source, "config"));
  } catch (error) {
    if (!(error instanceof CreationError)) throw error;
    const message = `failed to create credential manager ${source.name}: ${error.message}`;
    report.error(SECTION, message, placeOf(source, "config"));
  }
}

/** The var sources that a config refers to. */
function* dependencies(datum: Datum | undefined): Generator<string> {
  switch (datum?.type) {
    case "string":
      for (const name of referencesIn(datum.value)) {
        if (name.includes(":")) yield name.split(":", 1)[0];
      }
      return;
    case "list":
      for (const item of datum.items) yield* dependencies(item);
      return;
    case "map":
      for (const { key, value } of datum.entries.values()) {
        yield* dependencies(key);
        yield* dependencies(value);
      }
  }
}

/**
 * Puts var sources after those that they refer to, as Concourse does: one pass over those that wait
 * for each one placed, so that even some orders without a cycle fail.
 *
 * @returns Those that could not be placed
 */
function order(sources: readonly VarSource[]): readonly VarSource[] {
  const placed = new Set<string>();
  let waiting: { source: VarSource; needs: string[] }[] = [];
  for (const source of sources) {
    const needs = [...dependencies(source.config)];
    if (needs.some((name) => !placed.has(name))) {
      waiting.push({ source, needs });
      continue;
    }
    placed.add(source.name);
    waiting = waiting.filter(({ source, needs }) => {
      if (needs.some((name) => !placed.has(name))) return true;
      placed.add(source.name);
      return false;
    });
  }
  return waiting.map(({ source }) => source);
}
