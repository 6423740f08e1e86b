import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";
import { checkIdentifier } from "lib/concourse/validate/rules/identifier.ts";
import type { Report, Section } from "lib/concourse/validate/rules/report.ts";

/** `jobs.build`, or `jobs[0]` for one without a name. */
export function locate(list: string, index: number, name: string): string {
  return name === "" ? `${list}[${index}]` : `${list}.${name}`;
}

/** Something with a name in a list of a pipeline. */
export interface Named extends Located {
  readonly name: string;
}

/** Checks that a name is an identifier. */
export function checkName(
  item: Named,
  path: string,
  section: Section,
  report: Report,
): void {
  const fault = checkIdentifier(item.name, [path]);
  if (fault?.severity === "error") report.error(section, fault.message, placeOf(item, "name"));
  else if (fault) report.warn("invalid_identifier", fault.message, placeOf(item, "name"));
}

/**
 * Checks that a name was not seen, and remembers it.
 *
 * @param seen Where each name was first; shared by lists that share their names
 */
export function checkUnique(
  item: Named,
  here: string,
  section: Section,
  seen: Map<string, string>,
  report: Report,
): void {
  const other = seen.get(item.name);
  if (other !== undefined) {
    report.error(
      section,
      `${other} and ${here} have the same name ('${item.name}')`,
      placeOf(item, "name"),
    );
  } else if (item.name !== "") seen.set(item.name, here);
}

/** Checks that there is a name. */
export function checkHasName(item: Named, path: string, section: Section, report: Report): void {
  if (item.name === "") report.error(section, `${path} has no name`, placeOf(item, "name"));
}

/** Checks that there is a type. */
export function checkHasType(
  item: Named & { readonly type: string },
  path: string,
  section: Section,
  report: Report,
): void {
  if (item.type === "") report.error(section, `${path} has no type`, placeOf(item, "type"));
}
