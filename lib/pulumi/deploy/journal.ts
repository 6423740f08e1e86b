import { z } from "zod";
import type { Verdict } from "lib/graph/schedule.ts";
import type { Overrides } from "lib/pulumi/stack_file.ts";
import { Problem } from "lib/schema/problem.ts";

/** One line of a run's journal. */
const Entry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run"),
    operation: z.string(),
    backend: z.string(),
    ids: z.array(z.string()),
    overrides: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    plan: z.string().optional(),
    started: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal("started"), id: z.string() }),
  z.strictObject({
    kind: z.literal("settled"),
    id: z.string(),
    verdict: z.enum(["done", "failed", "skipped", "unchanged", "cancelled"]),
  }),
]);
type Entry = z.infer<typeof Entry>;

/** What a run set out to do. */
export interface Undertaking {
  readonly operation: string;
  /** The state's address. */
  readonly backend: string;
  readonly ids: readonly string[];
  /** Configuration keys that the command line set, by stack id. */
  readonly overrides?: ReadonlyMap<string, Overrides>;
  /** The digest of the plan that is carried out. */
  readonly plan?: string;
}

/** A journal that is being written: each line is on disk before the next thing happens. */
export interface Journal {
  /** A stack is about to start. */
  start(id: string): void;
  /** A stack ended. */
  settle(id: string, verdict: Verdict): void;
  close(): void;
}

/**
 * Begins a run's journal.
 *
 * @param runDir The run's folder, which is made
 */
export async function beginJournal(
  runDir: string,
  { operation, backend, ids, overrides, plan }: Undertaking,
): Promise<Journal> {
  await Deno.mkdir(runDir, { recursive: true });
  const file = await Deno.open(`${runDir}/journal.jsonl`, { create: true, append: true });
  const write = (entry: Entry) => {
    file.writeSync(new TextEncoder().encode(`${JSON.stringify(entry)}\n`));
    file.syncSync();
  };
  write({
    kind: "run",
    operation,
    backend,
    ids: [...ids],
    ...(overrides ? { overrides: Object.fromEntries(overrides) } : {}),
    ...(plan === undefined ? {} : { plan }),
    started: new Date().toISOString(),
  });
  return {
    start: (id) => write({ kind: "started", id }),
    settle: (id, verdict) => write({ kind: "settled", id, verdict }),
    close: () => file.close(),
  };
}

const SETTLED_WELL: ReadonlySet<Verdict> = new Set(["done", "unchanged"]);

/** What the last run left to do. */
export interface Unfinished extends Undertaking {
  /** When the run began, ISO 8601. */
  readonly started: string;
  /** What did not end well, or not at all, in the run's order. */
  readonly remaining: readonly string[];
}

/**
 * Reads the newest journal of an operation at a backend. A line that was cut by a crash is passed over.
 *
 * @param runs The backend's folder of runs
 * @throws {Problem} when there is none
 */
export async function readUnfinished(
  runs: string,
  operation: string,
  backend: string,
): Promise<Unfinished> {
  for await (const { run, done } of journalsIn(runs, backend)) {
    if (run.operation !== operation) continue;
    const remaining = run.ids.filter((id) => !done.has(id));
    const { overrides, ...undertaking } = run;
    return { ...undertaking, overrides: new Map(Object.entries(overrides ?? {})), remaining };
  }
  throw new Problem(
    `There is no earlier run at ${backend} to resume: deploy without --resume`,
  );
}

/**
 * The stacks whose last deployment at a backend did not end well: what they read may have changed since,
 * though it does not change again.
 *
 * @param runs The backend's folder of runs
 */
export async function readOwed(runs: string, backend: string): Promise<Set<string>> {
  const seen = new Set<string>();
  const owed = new Set<string>();
  for await (const { run, done } of journalsIn(runs, backend)) {
    if (run.operation !== "up" && run.operation !== "destroy") continue;
    for (const id of run.ids) {
      if (!seen.has(id) && !done.has(id) && run.operation === "up") owed.add(id);
      seen.add(id);
    }
  }
  return owed;
}

interface ReadJournal {
  readonly run: Extract<Entry, { kind: "run" }>;
  /** What ended well. */
  readonly done: ReadonlySet<string>;
}

/** The journals of a backend, newest first. */
async function* journalsIn(runs: string, backend: string): AsyncGenerator<ReadJournal> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(runs)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  for (const name of names.sort().reverse()) {
    const text = await Deno.readTextFile(`${runs}/${name}/journal.jsonl`).catch(() => "");
    const entries = text.split("\n").flatMap(parseEntry);
    const run = entries.find((entry) => entry.kind === "run");
    if (run?.backend !== backend) continue;
    const settled = entries.filter((entry) => entry.kind === "settled");
    yield {
      run,
      done: new Set(
        settled.filter(({ verdict }) => SETTLED_WELL.has(verdict)).map(({ id }) => id),
      ),
    };
  }
}

function parseEntry(line: string): Entry[] {
  try {
    return [Entry.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
