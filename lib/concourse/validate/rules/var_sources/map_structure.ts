import { type Datum, field } from "lib/concourse/validate/datum.ts";
import { readDuration } from "lib/concourse/validate/go/duration.ts";
import { CreationError } from "lib/concourse/validate/rules/var_sources/manager.ts";
import { goType } from "lib/concourse/validate/template/vars.ts";

/** What a setting holds. */
export type SettingKind = "text" | "bool" | "texts" | "duration" | "map of texts" | "inner";

const GO_KINDS: Readonly<Record<Datum["type"], string>> = {
  null: "invalid",
  bool: "bool",
  int: "float64",
  float: "float64",
  string: "string",
  list: "slice",
  map: "map",
};

const unconvertible = (name: string, type: string, value: Datum) =>
  `'${name}' expected type '${type}', got unconvertible type '${goType(value)}'`;

function checkTexts(name: string, items: Iterable<readonly [string | number, Datum]>): string[] {
  return Array.from(items).flatMap(([key, item]) =>
    item.type === "string" || item.type === "null"
      ? []
      : [unconvertible(`${name}[${key}]`, "string", item)]
  );
}

function checkDuration(name: string, value: Datum): string[] {
  if (value.type === "int" || value.type === "float") return [];
  if (value.type !== "string") return [unconvertible(name, "time.Duration", value)];
  const duration = readDuration(value.value);
  if ("ns" in duration) return [];
  const fault = duration.fault.startsWith("time: unknown unit")
    ? "time: unknown unit"
    : duration.fault.slice(0, duration.fault.lastIndexOf(" "));
  return [`'${name}' ${fault}`];
}

function checkSetting(name: string, kind: SettingKind, value: Datum): string[] {
  switch (kind) {
    case "text":
      return value.type === "string" ? [] : [unconvertible(name, "string", value)];
    case "bool":
      return value.type === "bool" ? [] : [unconvertible(name, "bool", value)];
    case "duration":
      return checkDuration(name, value);
    case "texts":
      return value.type === "list"
        ? checkTexts(name, value.items.entries())
        : [`'${name}' source data must be an array or slice, got ${GO_KINDS[value.type]}`];
    case "map of texts":
      return value.type === "map"
        ? checkTexts(name, Array.from(value.entries, ([key, entry]) => [key, entry.value] as const))
        : [unconvertible(name, "map[string]string", value)];
    case "inner":
      return value.type === "map" ? [] : [
        `'${name}' expected a map or struct, got "${GO_KINDS[value.type]}"`,
      ];
  }
}

/**
 * Checks settings as Concourse decodes them into a manager: known names, whatever their case, and
 * values of the right kind.
 *
 * @param type The manager's Go type, as messages name it
 * @param settings Each setting's kind, in the type's order
 * @throws {CreationError} with everything that is wrong
 * @see {@link https://github.com/go-viper/mapstructure/tree/v2.5.0}
 */
export function checkSettings(
  config: Datum | undefined,
  type: string,
  settings: Readonly<Record<string, SettingKind>>,
): void {
  if (!config) return;
  if (config.type !== "map") {
    throw new CreationError(`'' expected a map or struct, got "${GO_KINDS[config.type]}"`);
  }
  const known = new Set<string>();
  const errors = Object.entries(settings).flatMap(([name, kind]) => {
    const key = config.entries.has(name)
      ? name
      : [...config.entries.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    if (key === undefined) return [];
    known.add(key);
    const value = field(config, key)!;
    return value.type === "null" ? [] : checkSetting(name, kind, value);
  });
  const unknown = [...config.entries.keys()].filter((key) => !known.has(key)).sort();
  if (unknown.length > 0) errors.push(`'${type}' has invalid keys: ${unknown.join(", ")}`);
  if (errors.length > 0) {
    throw new CreationError(
      `decoding failed due to the following error(s):\n\n${errors.join("\n")}`,
    );
  }
}

/** A text setting's value, whatever the case of its name; `fallback` where it is not set. */
export function setting(config: Datum | undefined, name: string, fallback = ""): string {
  if (config?.type !== "map") return fallback;
  const value = field(config, name) ??
    Array.from(config.entries).find(([key]) => key.toLowerCase() === name)?.[1].value;
  return value?.type === "string" ? value.value : fallback;
}
