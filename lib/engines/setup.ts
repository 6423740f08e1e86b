import type { Io } from "lib/cli/io.ts";
import { runSteps, type Step } from "lib/cli/progress.ts";
import { formatDuration } from "lib/cli/table.ts";
import { CATALOG, type Engine, EngineName } from "lib/engines/catalog.ts";
import { type Installed, installEngine } from "lib/engines/install.ts";
import { type EngineLookup, lookupEngine } from "lib/engines/resolve.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { UsageProblem } from "lib/schema/problem.ts";

/** How many installations run at once; a Go build alone leaves a core idle while it links. */
const CONCURRENCY = 2;

/**
 * Reads engine names as typed.
 *
 * @param names None means every engine that is not optional
 * @throws {UsageProblem} for unknown ones, with the nearest known
 */
export function parseEngineNames(names: readonly string[]): EngineName[] {
  const known: readonly string[] = EngineName.options;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const messages = unknown.map((name) =>
      `No engine is called "${name}"${didYouMean(name, known) || `: known are ${known.join(", ")}`}`
    );
    throw new UsageProblem(messages.join("\n"));
  }
  if (names.length > 0) return [...new Set(names as EngineName[])];
  return EngineName.options.filter((name) => !CATALOG[name].optional);
}

/**
 * Orders what is missing: those that share a Go module in one batch, so that none is compiled twice
 * at the same time, and each after what it needs.
 *
 * @param wanted Engines asked for
 * @param isMissing Whether one has to be installed
 * @returns Batches, each to be worked through in order
 */
export function planBatches(
  wanted: readonly EngineName[],
  isMissing: (name: EngineName) => boolean,
): Engine[][] {
  const names = new Set(wanted.flatMap((name) => [...CATALOG[name].needs ?? [], name]));
  const batches = new Map<string, Engine[]>();
  for (const name of EngineName.options) {
    if (!names.has(name) || !isMissing(name)) continue;
    const source = CATALOG[name].source;
    const key = source !== undefined && "dir" in source ? source.dir : name;
    batches.set(key, [...batches.get(key) ?? [], CATALOG[name]]);
  }
  return [...batches.values()];
}

/**
 * Sees to it that engines can be found, installing those that cannot.
 *
 * @param names As from {@linkcode parseEngineNames}
 * @returns Where each now is, in the catalog's order; also what was needed to install them
 * @throws {Problem} with one message for each that could not be installed, after all were tried
 */
export async function setupEngines(names: readonly EngineName[], io: Io): Promise<Installed[]> {
  const needed = new Set(names.flatMap((name) => [...CATALOG[name].needs ?? [], name]));
  const lookups = new Map<EngineName, EngineLookup>();
  for (const name of needed) {
    lookups.set(name, await lookupEngine(name, { env: io.env, verify: true }));
  }
  const batches = planBatches(names, (name) => lookups.get(name)?.found === undefined);
  const steps = batches.map((batch): Step<Installed[]> => ({
    title: `Set up ${batch.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    run: (say) => installBatch(batch, io, say),
  }));
  const done = (await runSteps(steps, io, CONCURRENCY, { keepGoing: true })).flat();
  return EngineName.options.flatMap((name): Installed[] => {
    const found = lookups.get(name)?.found;
    if (found === undefined) return done.filter((row) => row.name === name);
    return [{ name, path: found.path, version: found.version, origin: "present" }];
  });
}

async function installBatch(
  batch: readonly Engine[],
  io: Io,
  say: (note: string) => void,
): Promise<Installed[]> {
  const done: Installed[] = [];
  for (const engine of batch) {
    const note = pace(say, io.isTerminal ? 0 : 30_000);
    const prefix = batch.length > 1 ? `${engine.name}: ` : "";
    done.push(
      await installEngine(engine, {
        env: io.env,
        signal: io.signal,
        say: (text) => note(`${prefix}${text}`),
      }),
    );
  }
  return done;
}

/**
 * Thins out notes where each makes a line of its own: of those that begin with the same word, one
 * in `interval` milliseconds. Adds the time since the first.
 */
function pace(say: (note: string) => void, interval: number): (note: string) => void {
  const started = performance.now();
  const last = new Map<string, number>();
  return (note) => {
    const now = performance.now();
    const kind = note.replace(/^[\w-]+: /, "").split(/\W/)[0];
    if (now - (last.get(kind) ?? -Infinity) < interval) return;
    last.set(kind, now);
    say(now - started < 1000 ? note : `${note} (${formatDuration(now - started)})`);
  };
}
