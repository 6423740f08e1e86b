import type { Place } from "lib/concourse/validate/datum.ts";

/** A section of Concourse's report, as its heading names it. */
export type Section =
  | "groups"
  | "resources"
  | "resource types"
  | "prototypes"
  | "variable sources"
  | "jobs"
  | "display config";

/** Something that Concourse refuses a pipeline for. */
export interface RuleError {
  readonly section: Section;
  /** In Concourse's own words. */
  readonly message: string;
  readonly at: Place;
}

/** Something that Concourse accepts and warns of. */
export interface RuleWarning {
  readonly type: "invalid_identifier" | "deprecated_field" | "pipeline" | "var_shadowed";
  /** In Concourse's own words. */
  readonly message: string;
  readonly at: Place;
}

/** Collects what the rules find, in Concourse's order. */
export class Report {
  /** Errors in the order in which Concourse prints them. */
  readonly errors: RuleError[] = [];
  /** Warnings in the order in which Concourse prints them. */
  readonly warnings: RuleWarning[] = [];

  /** Notes an error. */
  error(section: Section, message: string, at: Place): void {
    this.errors.push({ section, message, at });
  }

  /** Notes a warning. */
  warn(type: RuleWarning["type"], message: string, at: Place): void {
    this.warnings.push({ type, message, at });
  }
}
