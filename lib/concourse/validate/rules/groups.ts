import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { compileGlob } from "lib/concourse/validate/go/glob.ts";
import { checkName, locate } from "lib/concourse/validate/rules/names.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/**
 * Checks the groups: names, globs that match jobs, known resources, no name twice; and that each
 * job belongs to a group if there are any.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/configvalidate/validate.go}
 */
export function checkGroups(pipeline: Pipeline, report: Report): void {
  const ungrouped = new Set(pipeline.jobs.map((job) => job.name));
  const resources = new Set(pipeline.resources.map((resource) => resource.name));
  const count = new Map<string, number>();
  pipeline.groups.forEach((group, index) => {
    checkName(group, locate("groups", index, group.name), "groups", report);
    count.set(group.name, (count.get(group.name) ?? 0) + 1);
    for (const pattern of group.jobs) {
      const glob = compileGlob(pattern);
      const at = placeOf(group, "jobs");
      if (!glob) {
        const message = `invalid glob expression '${pattern}' for group '${group.name}'`;
        report.error("groups", message, at);
        continue;
      }
      let matched = false;
      for (const { name } of pipeline.jobs) {
        if (glob.crashes(name)) throw new GlobCrash(pattern, group.name, at);
        if (!glob.matches(name)) continue;
        ungrouped.delete(name);
        matched = true;
      }
      if (!matched) {
        report.error("groups", `no jobs match '${pattern}' for group '${group.name}'`, at);
      }
    }
    for (const name of group.resources) {
      if (resources.has(name)) continue;
      report.error(
        "groups",
        `group '${group.name}' has unknown resource '${name}'`,
        placeOf(group, "resources"),
      );
    }
  });
  for (const [name, times] of count) {
    if (times < 2) continue;
    const last = pipeline.groups.findLast((group) => group.name === name)!;
    report.error(
      "groups",
      `group '${name}' appears ${times} times. Duplicate names are not allowed.`,
      placeOf(last, "name"),
    );
  }
  if (pipeline.groups.length === 0) return;
  for (const name of ungrouped) {
    const job = pipeline.jobs.find((candidate) => candidate.name === name)!;
    report.error("groups", `job '${name}' belongs to no group`, placeOf(job, "name"));
  }
}

/** A glob on which Concourse itself panics instead of giving a verdict. */
export class GlobCrash extends Error {
  /** Tells it from other errors. */
  override readonly name = "GlobCrash";

  /**
   * A glob that ends Concourse.
   *
   * @param pattern The glob
   * @param group The group's name
   * @param at Where its globs stand
   */
  constructor(pattern: string, group: string, readonly at: ReturnType<typeof placeOf>) {
    super(
      `group '${group}' has the glob '${pattern}', on which Concourse itself panics: remove its empty braces`,
    );
  }
}
