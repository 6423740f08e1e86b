import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { type EngineLookup, EngineProblem, lookupEngine } from "lib/engines/resolve.ts";
import type { Env } from "lib/schema/env.ts";

/** The state of one engine, as `deno task doctor` shows it. */
export interface EngineReport {
  /** Which engine. */
  readonly name: EngineName;
  /** What it is for. */
  readonly purpose: string;
  /** The pinned version. */
  readonly wanted: string;
  /** Whether doing without it is no failure. */
  readonly optional: boolean;
  /** `ok`, `missing`, or `wrong`: a variable names an executable that will not do. */
  readonly state: "ok" | "missing" | "wrong";
  /** Where it is; `undefined` unless ok. */
  readonly path?: string;
  /** Its version; `undefined` unless ok. */
  readonly version?: string;
  /** Who said where it is; `undefined` unless ok. */
  readonly source?: "explicit" | "path" | "cache";
  /** Executables passed over, with the reason. */
  readonly skipped: readonly string[];
  /** What to do; empty when there is nothing to do. */
  readonly advice: string;
}

/** Looks for every engine and starts each that it finds. */
export async function reportEngines(env?: Env): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const name of EngineName.options) reports.push(await reportEngine(name, env));
  return reports;
}

async function reportEngine(name: EngineName, env?: Env): Promise<EngineReport> {
  const { purpose, version: wanted, optional = false } = CATALOG[name];
  const base = { name, purpose, wanted, optional };
  let lookup: EngineLookup;
  try {
    lookup = await lookupEngine(name, { env, verify: true });
  } catch (error) {
    if (!(error instanceof EngineProblem)) throw error;
    return { ...base, state: "wrong", skipped: [], advice: error.message };
  }
  const skipped = lookup.skipped.map(({ path, reason }) => `${path} ${reason}`);
  if (lookup.found === undefined) {
    return { ...base, state: "missing", skipped, advice: `Run deno task setup ${name}` };
  }
  const { path, version, source } = lookup.found;
  return { ...base, state: "ok", path, version, source, skipped, advice: "" };
}

/** Whether nothing that is needed is missing, and nothing that is named is wrong. */
export function isHealthy(reports: readonly EngineReport[]): boolean {
  return reports.every(({ state, optional }) => state === "ok" || optional && state === "missing");
}

const SOURCE_WORDS = { explicit: "variable", path: "PATH", cache: "cache" } as const;

/** The rows of the report's table, headings first. */
export function engineRows(reports: readonly EngineReport[]): string[][] {
  return [
    ["ENGINE", "WANTED", "FOUND", "SOURCE", "WHERE"],
    ...reports.map((report) => [
      report.name,
      report.wanted,
      report.version ?? (report.optional && report.state === "missing" ? "optional" : report.state),
      report.source ? SOURCE_WORDS[report.source] : "",
      report.path ?? "",
    ]),
  ];
}

/** Below the table: what to do for each engine, and which executables were passed over. */
export function engineNotes(reports: readonly EngineReport[]): string[] {
  return reports.flatMap(({ name, skipped, advice }) => [
    ...skipped.map((text) => `${name}: passed over ${text}`),
    ...(advice ? [`${name}: ${advice}`] : []),
  ]);
}
