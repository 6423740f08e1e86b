import { importsOf } from "lib/graph/imports.ts";
import { organization } from "lib/organization.ts";
import type { Fleet, ProjectOnDisk } from "lib/pulumi/fleet.ts";
import { readText } from "lib/schema/parse.ts";

/** The folders that deno.json gives a name and a project may import from. */
const MAPPED = ["lib/", "infra/", "images/", "secrets/"];

/**
 * What of the repository a project depends on, as paths for a git resource: its folder, what its modules
 * and the tasks that preview and deploy it import (areas of lib as a whole), its secrets and images, and the pinned
 * libraries.
 */
export async function watchPaths(
  root: string,
  { folder, project }: ProjectOnDisk,
): Promise<string[]> {
  const entries = [`${folder}/project.ts`, "tasks/deploy_stacks.ts", "tasks/preview_stacks.ts"];
  const modules = (await Promise.all(entries.map((entry) => importsOf(root, entry, MAPPED))))
    .flat();
  const paths = modules.filter((path) => !path.startsWith(`${folder}/`)).map((path) => {
    const [first, second] = path.split("/");
    // An area of lib changes as a whole; a component or a manifest is a file of its own.
    return first === "lib" && !second.endsWith(".ts") ? `lib/${second}` : path;
  });
  return [
    ...new Set([
      folder,
      ...paths,
      ...project.secrets.map((context) => `secrets/${context}`),
      ...project.images.flatMap((name) => [`images/${name}`, "images/components"]),
      "deno.json",
      "deno.lock",
    ]),
  ].sort();
}

/** Whether a project's modules, or its components, import a library. */
export async function usesLibrary(
  root: string,
  { folder }: ProjectOnDisk,
  name: string,
): Promise<boolean> {
  const modules = await importsOf(root, `${folder}/project.ts`, MAPPED);
  const texts = await Promise.all(modules.map((path) => readText(`${root}/${path}`)));
  return texts.some((text) => text.includes(`from "${name}"`));
}

/** A project's facts, for whatever is derived from manifests; plain data. */
export async function projectFacts(fleet: Fleet, found: ProjectOnDisk) {
  const { project } = found;
  const infos = [...fleet.stacks.values()].filter(({ on }) => on === found).map(({ info }) => info);
  return {
    name: found.folder.split("/").at(-1)!,
    repository: { uri: organization.repository, branch: organization.branch },
    watch: await watchPaths(fleet.root, found),
    stages: project.promotion.flatMap((environment) =>
      infos.filter((info) => info.environment === environment).map((info) => ({
        stack: info.name,
        environment: info.environmentSuffix,
      }))
    ),
    secrets: project.secrets,
    images: project.images,
    containers: project.containers,
  };
}
