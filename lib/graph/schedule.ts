import { closure, type Dag, reverse, topologicalOrder } from "lib/graph/dag.ts";

/** How a unit of work ended. */
export type Verdict =
  /** It ran and succeeded. */
  | "done"
  /** It ran and failed, or threw. */
  | "failed"
  /** Not started: something it needs failed. */
  | "skipped"
  /** Not started: there is no need to, by {@linkcode Schedule.skip}. */
  | "unchanged"
  /** Not started, or stopped half-way: the run was cancelled. */
  | "cancelled";

/** What came of one unit. */
export interface Settled<R> {
  /** How it ended. */
  readonly verdict: Verdict;
  /** What `run` returned, when it did. */
  readonly result?: R;
  /** What `run` threw, when it did. */
  readonly error?: unknown;
  /** Why it was not started: `needs x, which failed`. */
  readonly reason?: string;
}

/** What the scheduler needs to know. */
export interface Schedule<R> {
  /** Units with the units that each needs. */
  readonly graph: Dag;
  /** How many may run at once, at least 1. */
  readonly concurrency: number;
  /** The rate-limit class of a unit, such as `aws:us-east-1`. */
  classOf?(unit: string): string | undefined;
  /** How many of one class may run at once; a class that is not listed has no limit of its own. */
  readonly classLimits?: Readonly<Record<string, number>>;
  /** Does the work; a throw is a failure of this unit alone. */
  run(unit: string): Promise<R>;
  /** Whether a finished unit counts as failed; default never. */
  failed?(result: R): boolean;
  /** A reason to skip a unit that is ready, for instance as nothing it consumes changed. */
  skip?(unit: string, settled: ReadonlyMap<string, Settled<R>>): string | undefined;
  /** Called when a unit starts and when it is settled. */
  observe?(unit: string, settled: Settled<R> | undefined): void;
  /** Aborting starts nothing more; what runs is waited for. */
  readonly signal?: AbortSignal;
}

/**
 * Runs every unit after all it needs, as many at once as the limits allow.
 *
 * Only descendants of a failure are skipped; independent branches finish. Ends when nothing can be
 * started and nothing runs, whatever fails or is cancelled.
 *
 * @returns Each unit's end, in the order in which they ended
 * @throws {Problem} printing the path of a cycle, before anything is started
 */
export async function runSchedule<R>(schedule: Schedule<R>): Promise<Map<string, Settled<R>>> {
  const { graph, signal } = schedule;
  const order = topologicalOrder(graph);
  const dependents = reverse(graph);
  const missing = new Map(order.map((unit) => [
    unit,
    new Set((graph.get(unit) ?? []).filter((needed) => graph.has(needed))).size,
  ]));
  const ready = order.filter((unit) => missing.get(unit) === 0);
  const settled = new Map<string, Settled<R>>();
  const runningByClass = new Map<string, number>();
  const running = new Set<Promise<void>>();

  const settle = (unit: string, end: Settled<R>) => {
    settled.set(unit, end);
    schedule.observe?.(unit, end);
    if (end.verdict === "done") {
      release(unit);
    } else if (end.verdict === "failed") {
      for (const other of closure(dependents, [unit])) {
        if (other !== unit && !settled.has(other)) {
          settled.set(other, { verdict: "skipped", reason: `needs ${unit}, which failed` });
          schedule.observe?.(other, settled.get(other));
        }
      }
    }
  };
  const release = (unit: string) => {
    for (const dependent of new Set(dependents.get(unit))) {
      const left = missing.get(dependent)! - 1;
      missing.set(dependent, left);
      if (left === 0 && !settled.has(dependent)) ready.push(dependent);
    }
  };
  const limitOf = (unit: string) => {
    const name = schedule.classOf?.(unit);
    return name === undefined ? undefined : { name, limit: schedule.classLimits?.[name] };
  };
  const hasRoom = (unit: string) => {
    const limited = limitOf(unit);
    return limited?.limit === undefined ||
      (runningByClass.get(limited.name) ?? 0) < Math.max(1, limited.limit);
  };
  const count = (unit: string, change: 1 | -1) => {
    const name = limitOf(unit)?.name;
    if (name !== undefined) runningByClass.set(name, (runningByClass.get(name) ?? 0) + change);
  };
  /** What fails while the run is being cancelled was stopped by that. */
  const failure = () => signal?.aborted ? "cancelled" : "failed";
  const start = async (unit: string) => {
    schedule.observe?.(unit, undefined);
    try {
      const result = await schedule.run(unit);
      settle(unit, { verdict: schedule.failed?.(result) ? failure() : "done", result });
    } catch (error) {
      settle(unit, { verdict: failure(), error });
    }
  };

  for (;;) {
    while (!signal?.aborted && running.size < Math.max(1, schedule.concurrency)) {
      const index = ready.findIndex(hasRoom);
      if (index < 0) break;
      const [unit] = ready.splice(index, 1);
      const reason = schedule.skip?.(unit, settled);
      if (reason !== undefined) {
        settled.set(unit, { verdict: "unchanged", reason });
        schedule.observe?.(unit, settled.get(unit));
        release(unit);
        continue;
      }
      count(unit, 1);
      const work: Promise<void> = start(unit).finally(() => {
        running.delete(work);
        count(unit, -1);
      });
      running.add(work);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  for (const unit of order) {
    if (!settled.has(unit)) {
      const end: Settled<R> = { verdict: "cancelled", reason: "the run was cancelled" };
      settled.set(unit, end);
      schedule.observe?.(unit, end);
    }
  }
  return settled;
}
