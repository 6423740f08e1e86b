import { Problems } from "lib/schema/problem.ts";
import type {
  Display,
  Group,
  Job,
  Pipeline,
  Prototype,
  Resource,
  ResourceType,
  VarSource,
} from "lib/concourse/model/mod.ts";
import { isPinned, resourceType } from "lib/concourse/resource_types.ts";

/** A part of a pipeline: what belongs together, to be combined with other parts. */
export interface PipelineFragment {
  /** Where the images of resources come from. */
  readonly resource_types?: readonly ResourceType[];
  /** Where the images of `run` steps come from. */
  readonly prototypes?: readonly Prototype[];
  /** Where vars are looked up. */
  readonly var_sources?: readonly VarSource[];
  /** What has versions. */
  readonly resources?: readonly Resource[];
  /** What runs. */
  readonly jobs?: readonly Job[];
  /** A group of the same name takes the jobs and resources of both. */
  readonly groups?: readonly Group[];
}

interface Named {
  readonly name: string;
}

/** The sections whose members are told apart by name, and what one of them is called. */
const SECTIONS = {
  var_sources: "variable source",
  resource_types: "resource type",
  prototypes: "prototype",
  resources: "resource",
  jobs: "job",
} as const;

/** A value as text in which the order of keys makes no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item) =>
      typeof item === "object" && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0))
        : item,
  );
}

/** The paths at which two definitions differ, as `source.uri`. */
function differences(left: unknown, right: unknown, path = ""): string[] {
  if (canonical(left) === canonical(right)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(left) || !isMap(right)) return [path];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(left[key], right[key], path === "" ? key : `${path}.${key}`)
  );
}

function merge(kind: string, members: readonly (readonly [Named, number])[], problems: string[]) {
  const merged = new Map<string, readonly [Named, number]>();
  for (const [member, index] of members) {
    const held = merged.get(member.name);
    if (held === undefined) merged.set(member.name, [member, index]);
    else {
      const paths = differences(held[0], member);
      if (paths.length > 0) {
        problems.push(
          `The ${kind} "${member.name}" is defined differently by fragment ${held[1] + 1} and ` +
            `fragment ${index + 1} (${paths.join(", ")}): rename one or make them equal`,
        );
      }
    }
  }
  return [...merged.values()].map(([member]) => member);
}

/**
 * Combines fragments, in their order: equal definitions become one, and groups of one name their union.
 *
 * @throws {Problems} for each definition of which there are two that differ, naming both fragments and
 * where they differ
 */
export function combineFragments(...fragments: readonly PipelineFragment[]): PipelineFragment {
  const problems: string[] = [];
  const combined: Record<string, readonly unknown[]> = {};
  for (const [section, kind] of Object.entries(SECTIONS)) {
    const members = fragments.flatMap((fragment, index) =>
      (fragment[section as keyof typeof SECTIONS] ?? []).map((member): [Named, number] => [
        member,
        index,
      ])
    );
    if (members.length > 0) combined[section] = merge(kind, members, problems);
  }
  if (problems.length > 0) throw new Problems(problems);
  const groups = combineGroups(fragments.flatMap((fragment) => fragment.groups ?? []));
  return groups.length > 0 ? { ...combined, groups } : combined;
}

function combineGroups(groups: readonly Group[]): Group[] {
  const union = (
    left: readonly string[] | undefined,
    right: readonly string[] | undefined,
  ) => left || right ? [...new Set([...left ?? [], ...right ?? []])] : undefined;
  const merged = new Map<string, Group>();
  for (const group of groups) {
    const held = merged.get(group.name);
    const jobs = union(held?.jobs, group.jobs);
    const resources = union(held?.resources, group.resources);
    merged.set(group.name, {
      name: group.name,
      ...(jobs ? { jobs } : {}),
      ...(resources ? { resources } : {}),
    });
  }
  return [...merged.values()];
}

/**
 * Fragments as a whole pipeline; the resource types that `lib/versions.ts` pins and that its resources
 * are of are added, unless the fragments define them.
 *
 * @param options What only a whole pipeline has
 * @throws {Problems} as {@linkcode combineFragments}
 */
export function toPipeline(
  fragments: readonly PipelineFragment[],
  options: { readonly display?: Display } = {},
): Pipeline {
  const combined = combineFragments(...fragments);
  const defined = new Set((combined.resource_types ?? []).map(({ name }) => name));
  const wanted = new Set((combined.resources ?? []).map(({ type }) => type));
  const added = [...wanted].filter(isPinned).filter((name) => !defined.has(name)).sort();
  const resource_types = [
    ...combined.resource_types ?? [],
    ...added.map((name) => resourceType(name)),
  ];
  const { groups, var_sources, prototypes, resources, jobs = [] } = combined;
  return {
    ...options,
    ...(groups ? { groups } : {}),
    ...(var_sources ? { var_sources } : {}),
    ...(resource_types.length > 0 ? { resource_types } : {}),
    ...(prototypes ? { prototypes } : {}),
    ...(resources ? { resources } : {}),
    jobs,
  };
}
