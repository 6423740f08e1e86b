import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import {
  checkHasName,
  checkHasType,
  checkName,
  checkUnique,
  locate,
} from "lib/concourse/validate/rules/names.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/** Checks resource types and prototypes, which share their names. */
export function checkResourceTypes(pipeline: Pipeline, report: Report): void {
  const seen = new Map<string, string>();
  for (
    const [list, section, types] of [
      ["resource_types", "resource types", pipeline.resource_types],
      ["prototypes", "prototypes", pipeline.prototypes],
    ] as const
  ) {
    types.forEach((type, index) => {
      const path = locate(list, index, type.name);
      checkName(type, path, section, report);
      checkUnique(type, `${list}[${index}]`, section, seen, report);
      checkHasName(type, path, section, report);
      checkHasType(type, path, section, report);
    });
  }
}
