import type { Job, Pipeline } from "lib/concourse/model/mod.ts";
import { compileGlob } from "lib/concourse/validate/go/glob.ts";
import { pathMatcher } from "lib/concourse/validate/go/path_match.ts";
import { getsOf, putsOf } from "lib/concourse/walk.ts";

/** A job or a resource in a picture. */
export interface DrawnNode {
  /** `job:NAME` or `resource:NAME`. */
  readonly id: string;
  readonly kind: "job" | "resource";
  readonly name: string;
  /** A resource's type. */
  readonly type?: string;
  /** The only group that a job is in, where groups tell jobs apart. */
  readonly group?: string;
}

/** What goes from one to another. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** `get`: a resource into a job; `passed`: on to a later job; `put`: out of a job. */
  readonly kind: "get" | "passed" | "put";
  /** Whether a new version starts the job. */
  readonly trigger: boolean;
  /** The resources that pass, for `passed`. */
  readonly label?: string;
}

/** What a picture shows. */
export interface DrawnGraph {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

const jobId = (name: string) => `job:${name}`;
const resourceId = (name: string) => `resource:${name}`;

/** Each job's only group, of those that do not hold every job. */
function groupsOf({ groups = [], jobs }: Pipeline): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const { name, jobs: patterns = [] } of groups) {
    const globs = patterns.map(compileGlob);
    const members = jobs.filter((job) => globs.some((glob) => glob?.matches(job.name)));
    if (members.length === jobs.length) continue;
    for (const job of members) found.set(job.name, [...found.get(job.name) ?? [], name]);
  }
  return new Map(
    [...found].flatMap(([job, names]) => names.length === 1 ? [[job, names[0]] as const] : []),
  );
}

function edgesOf(job: Job, jobs: readonly Job[]): DrawnEdge[] {
  const to = jobId(job.name);
  const passed = new Map<string, { names: Set<string>; trigger: boolean }>();
  const edges: DrawnEdge[] = [];
  for (const { of, trigger = false, passed: patterns = [] } of getsOf(job)) {
    const matchers = patterns.map(pathMatcher);
    const earlier = jobs.filter(({ name }) => matchers.some((matches) => matches(name)));
    if (earlier.length === 0) edges.push({ from: resourceId(of), to, kind: "get", trigger });
    for (const { name } of earlier) {
      const held = passed.get(name) ?? { names: new Set(), trigger: false };
      passed.set(name, { names: held.names.add(of), trigger: held.trigger || trigger });
    }
  }
  for (const [name, { names, trigger }] of passed) {
    edges.push({ from: jobId(name), to, kind: "passed", trigger, label: [...names].join("\n") });
  }
  for (const of of new Set(putsOf(job).map((step) => step.of))) {
    edges.push({ from: to, to: resourceId(of), kind: "put", trigger: false });
  }
  return edges;
}

/**
 * What a picture of a pipeline shows: jobs, the resources that they take and make, and what passes from
 * job to job. Hooks are left out, and with them the resources that only hooks use.
 */
export function drawnGraph(pipeline: Pipeline): DrawnGraph {
  const { jobs, resources = [] } = pipeline;
  const edges = jobs.flatMap((job) => edgesOf(job, jobs));
  const groups = groupsOf(pipeline);
  const types = new Map(resources.map(({ name, type }) => [name, type]));
  const shown = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const known = [...types.keys()].filter((name) => shown.has(resourceId(name)));
  return {
    nodes: [
      ...known.map((name): DrawnNode => ({
        id: resourceId(name),
        kind: "resource",
        name,
        type: types.get(name),
      })),
      ...jobs.map(({ name }): DrawnNode => ({
        id: jobId(name),
        kind: "job",
        name,
        group: groups.get(name),
      })),
    ],
    edges: edges.filter(({ from, to }) =>
      [from, to].every((id) => id.startsWith("job:") || types.has(id.slice("resource:".length)))
    ),
  };
}
