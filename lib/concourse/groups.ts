import type { Group } from "lib/concourse/model/mod.ts";
import { combineFragments, type PipelineFragment } from "lib/concourse/fragment.ts";

/** A fragment whose jobs and resources are a tab of the web interface. */
export function inGroup(name: string, fragment: PipelineFragment): PipelineFragment {
  const resources = (fragment.resources ?? []).map((resource) => resource.name);
  const group: Group = {
    name,
    jobs: (fragment.jobs ?? []).map((job) => job.name),
    ...(resources.length > 0 ? { resources } : {}),
  };
  return { ...fragment, groups: [...fragment.groups ?? [], group] };
}

/**
 * Fragments combined, each a tab of its own after one that shows all.
 *
 * @param fragments By the tab's name
 * @throws {Problems} as {@linkcode combineFragments}
 */
export function inGroups(fragments: Readonly<Record<string, PipelineFragment>>): PipelineFragment {
  const entries = Object.entries(fragments);
  const all = inGroup("all", combineFragments(...entries.map(([, fragment]) => fragment)));
  return combineFragments(
    { groups: all.groups },
    ...entries.map(([name, fragment]) => inGroup(name, fragment)),
  );
}
