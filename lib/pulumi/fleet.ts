import "lib/pulumi/slim.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { importDefault } from "lib/schema/module.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { closure, type Dag, topologicalOrder } from "lib/graph/dag.ts";
import type { Environment } from "lib/schema/environment.ts";
import { isProject, type Project } from "lib/pulumi/project.ts";
import { parseStack, stackId, type StackInfo } from "lib/pulumi/stack_info.ts";
import { stacksIn } from "lib/pulumi/stack_file.ts";
import { z } from "zod";

/** The folders that hold projects, below the repository's root. */
export const PROJECT_FOLDERS = ["infra/foundation", "infra/applications"] as const;

/** A project on disk. */
export interface ProjectOnDisk {
  readonly project: Project;
  /** Relative to the root: `infra/foundation/network`. */
  readonly folder: string;
  /** Stacks that have a `Pulumi.<stack>.yaml`, sorted. */
  readonly stacks: readonly string[];
}

/** One stack of one project. */
export interface FleetStack {
  /** `<project>:<stack>`. */
  readonly id: string;
  readonly info: StackInfo;
  readonly on: ProjectOnDisk;
}

/** All stacks, and which needs which. */
export interface Fleet {
  /** The repository's root, an absolute path without a slash at its end. */
  readonly root: string;
  readonly projects: readonly ProjectOnDisk[];
  /** In dependency order. */
  readonly stacks: ReadonlyMap<string, FleetStack>;
  /** Stack ids with the ids that each needs. */
  readonly graph: Dag;
}

/** The part of `Pulumi.yaml` that we rely on. @see https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
const ProjectFile = z.looseObject({ name: z.string(), runtime: z.unknown() });

/**
 * Finds every project below the root and joins their manifests to one graph.
 *
 * @param root The repository's root
 * @throws {Problems} for a manifest without `Pulumi.yaml` or of another name, a stack whose name is no
 * stack's, a need that has no stack; {@linkcode Problem} for a cycle, printed as a path
 */
export async function loadFleet(root: string): Promise<Fleet> {
  const projects: ProjectOnDisk[] = [];
  const problems: string[] = [];
  for (const parent of PROJECT_FOLDERS) {
    for (const name of await foldersIn(`${root}/${parent}`)) {
      try {
        const found = await loadProject(root, `${parent}/${name}`);
        if (found) projects.push(found);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problems.push(...(error instanceof Problems ? error.messages : [error.message]));
      }
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return joinFleet(root, projects);
}

async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory && !entry.name.startsWith(".")) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

/**
 * Loads one project.
 *
 * @param folder Below the root
 * @returns `undefined` for a folder without a manifest
 * @throws {Problem} for a manifest that is none, or that says another name than `Pulumi.yaml`
 */
export async function loadProject(
  root: string,
  folder: string,
): Promise<ProjectOnDisk | undefined> {
  const path = `${root}/${folder}`;
  try {
    await Deno.stat(`${path}/project.ts`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const project = await importDefault(root, `${folder}/project.ts`);
  if (!isProject(project)) {
    throw new Problem(
      `${folder}/project.ts: has no manifest: write export default defineProject(…)`,
    );
  }
  const source = `${folder}/Pulumi.yaml`;
  const file = parseWith(
    ProjectFile,
    parseYaml(await readText(`${path}/Pulumi.yaml`), source),
    source,
  );
  if (file.name !== project.name) {
    throw new Problem(
      `${source}: name: is "${file.name}", but project.ts says "${project.name}": make them equal`,
    );
  }
  return { project, folder, stacks: await stacksIn(path) };
}

/**
 * Joins projects to a graph of stacks.
 *
 * @throws {Problems} see {@linkcode loadFleet}
 */
export function joinFleet(root: string, projects: readonly ProjectOnDisk[]): Fleet {
  const problems: string[] = [];
  const byName = new Map<string, ProjectOnDisk>();
  for (const found of projects) {
    const other = byName.get(found.project.name);
    if (other) {
      problems.push(`${found.folder} and ${other.folder} are both named ${found.project.name}`);
    }
    byName.set(found.project.name, found);
  }
  const stacks = new Map<string, FleetStack>();
  for (const found of projects) {
    for (const name of found.stacks) {
      try {
        const info = parseStack(found.project.name, name);
        stacks.set(stackId(info), { id: stackId(info), info, on: found });
      } catch (error) {
        problems.push(`${found.folder}/Pulumi.${name}.yaml: ${(error as Error).message}`);
      }
    }
  }
  const graph = new Map<string, string[]>();
  for (const { id, info, on } of stacks.values()) {
    const needs = Object.entries(on.project.needs).map(([key, need]) => {
      const wanted = need.stack(info);
      const upstream = `${need.project.name}:${wanted}`;
      if (!stacks.has(upstream)) {
        const has = byName.get(need.project.name)?.stacks ?? [];
        problems.push(
          `${on.folder}: stack "${info.name}" needs ${key} = ${upstream}, which does not exist${
            didYouMean(wanted, has) || (has.length > 0 ? `: there are ${has.join(", ")}` : "")
          }`,
        );
      }
      return upstream;
    });
    graph.set(id, [...new Set(needs)]);
  }
  if (problems.length > 0) throw new Problems(problems);
  const ordered = new Map(topologicalOrder(graph).map((id) => [id, stacks.get(id)!]));
  return { root, projects, stacks: ordered, graph };
}

/** Which stacks a command line asks for. */
export interface Selection {
  /** Project names or folders, whole or their last word: `xqwatcher`. Empty means all. */
  readonly projects: readonly string[];
  /** Only these environments'; default all. */
  readonly environments?: readonly Environment[];
  /** Only stacks of this name. */
  readonly stack?: string;
}

/**
 * The ids of the selected stacks, in dependency order.
 *
 * @throws {UsageProblem} for an unknown project or stack (the nearest is named), or an empty selection
 */
export function selectStacks(fleet: Fleet, selection: Selection): string[] {
  const chosen = selection.projects.map((word) => findProject(fleet, word));
  const candidates = [...fleet.stacks.values()].filter((stack) =>
    chosen.length === 0 || chosen.includes(stack.on)
  );
  if (selection.stack !== undefined) {
    const names = [...new Set(candidates.map((stack) => stack.info.name))];
    if (!names.includes(selection.stack)) {
      throw new Problem(
        `Unknown stack "${selection.stack}"${
          didYouMean(selection.stack, names) || `: there are ${names.join(", ")}`
        }`,
        { exitCode: 2 },
      );
    }
  }
  const selected = candidates.filter(({ info }) =>
    (selection.stack === undefined || info.name === selection.stack) &&
    (selection.environments === undefined || selection.environments.includes(info.environment))
  );
  if (selected.length === 0) {
    const where = chosen.length > 0
      ? ` of ${chosen.map((one) => one.project.name).join(", ")}`
      : "";
    throw new Problem(`No stack${where} matches: nothing to do`, { exitCode: 2 });
  }
  return selected.map((stack) => stack.id);
}

/**
 * The project that a word names.
 *
 * @throws {UsageProblem} for an unknown one
 */
export function findProject(fleet: Fleet, word: string): ProjectOnDisk {
  const trimmed = word.replace(/\/+$/, "");
  const found = fleet.projects.find(({ project, folder }) =>
    project.name === trimmed || folder === trimmed || folder.split("/").at(-1) === trimmed
  );
  if (found) return found;
  const names = fleet.projects.flatMap(({ project, folder }) => [
    folder.split("/").at(-1)!,
    project.name,
  ]);
  const known = fleet.projects.map(({ folder }) => folder.split("/").at(-1)).join(", ");
  throw new Problem(
    `Unknown project "${word}"${didYouMean(word, names) || `: there are ${known}`}`,
    { exitCode: 2 },
  );
}

/** The part of the graph that the ids span, with everything they need when `withNeeds`. */
export function subgraph(fleet: Fleet, ids: readonly string[], withNeeds = false): Dag {
  const kept = withNeeds ? closure(fleet.graph, ids) : new Set(ids);
  return new Map(
    [...fleet.stacks.keys()].filter((id) => kept.has(id)).map((id) => [
      id,
      fleet.graph.get(id)!.filter((needed) => kept.has(needed)),
    ]),
  );
}
