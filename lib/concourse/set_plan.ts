import { formatTable } from "lib/cli/table.ts";
import type { ServerPipeline, SetResult } from "lib/concourse/fly.ts";

/** What is to happen to one pipeline. */
export interface PlannedSet {
  readonly name: string;
  /** `restore`: it is archived, and is set again. */
  readonly change: "create" | "change" | "restore" | "none";
  /** Whether it starts builds at present; `absent` for a new one. */
  readonly state: "absent" | "archived" | "paused" | "running";
  /** What is to be done about that afterwards. */
  readonly then?: "pause" | "unpause";
  /** A job of another pipeline sets it, and may set it anew. */
  readonly byJob: boolean;
  /** What `fly` said of the differences. */
  readonly report: string;
}

/** What is to happen, and what nobody asked for. */
export interface SetPlan {
  readonly pipelines: readonly PlannedSet[];
  /** On the server, neither archived nor in the repository. */
  readonly foreign: readonly string[];
}

/**
 * Plans to set pipelines; pure.
 *
 * @param wanted What `fly` said of each pipeline, rehearsed, by name
 * @param known Every name that the repository has
 * @param server What the server has
 * @param state Whether those pipelines shall start builds; default: as they are
 */
export function planSet(
  wanted: ReadonlyMap<string, SetResult>,
  known: readonly string[],
  server: readonly ServerPipeline[],
  state?: "pause" | "unpause",
): SetPlan {
  const held = new Map(
    server.filter((one) => one.instance_vars === undefined).map((one) => [one.name, one]),
  );
  const pipelines = [...wanted].map(([name, { changed, report }]): PlannedSet => {
    const one = held.get(name);
    const present = one === undefined
      ? "absent"
      : one.archived
      ? "archived"
      : one.paused
      ? "paused"
      : "running";
    const change = present === "absent"
      ? "create"
      : present === "archived"
      ? "restore"
      : changed
      ? "change"
      : "none";
    // What is created or restored is paused by the server.
    const after = present === "running" ? "running" : "paused";
    const then = state === "pause" && after === "running"
      ? "pause"
      : state === "unpause" && after === "paused"
      ? "unpause"
      : undefined;
    return { name, change, state: present, then, byJob: one?.parent_job_id !== undefined, report };
  });
  const foreign = [...held.values()]
    .filter(({ name, archived }) => !archived && !known.includes(name))
    .map(({ name }) => name);
  return { pipelines, foreign };
}

/** Whether a plan does anything. */
export const isEmpty = ({ pipelines }: SetPlan): boolean =>
  pipelines.every(({ change, then }) => change === "none" && then === undefined);

/** A plan as text: what `fly` said of each pipeline that changes, then a table of all. */
export function formatSetPlan(plan: SetPlan): string {
  const reports = plan.pipelines
    .filter(({ change }) => change !== "none")
    .map(({ name, report }) => `== ${name}\n${report}\n`);
  const rows = plan.pipelines.map(({ name, change, state, then, byJob }) => [
    name,
    state,
    change === "none" ? "up to date" : change,
    [...then ? [`then ${then}`] : [], ...byJob ? ["(a job sets it, too)"] : []].join(" "),
  ]);
  return [
    ...reports,
    formatTable(rows),
    ...plan.foreign.length > 0 ? [`Not in the repository: ${plan.foreign.join(", ")}`] : [],
  ].join("\n");
}
