/**
 * A backend that keeps its state as files, as the CLI lays them out.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 * @module
 */
import { resolve } from "node:path";
import type { Env } from "lib/schema/env.ts";
import { readText } from "lib/schema/parse.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** A stack's name, and its project's. */
export type StackName = Pick<StackInfo, "project" | "name">;

/** The address and folder of a backend of files. */
export interface FileBackend {
  /** With an absolute path, as the CLI runs in other folders. */
  readonly url: string;
  readonly folder: string;
}

/**
 * Reads a `file://` address as the CLI does: `file://~` is the home, other relative paths are the working
 * folder's, and what stands after `?` are options.
 *
 * @returns `undefined` for an address of another kind
 */
export function parseFileUrl(url: string, env: Env): FileBackend | undefined {
  const [, path, query = ""] = /^file:\/\/([^?]*)(\?.*)?$/.exec(url) ?? [];
  if (path === undefined) return undefined;
  const home = env("HOME") ?? "";
  const folder = resolve(decodeURIComponent(path).replace(/^\/?~(?=\/|$)/, home));
  return { url: `file://${encodeURI(folder)}${query}`, folder };
}

/** The file of a stack's state; with `.gz` after it where the CLI compresses. */
export function stateFileIn(folder: string, { project, name }: StackName): string {
  return `${folder}/.pulumi/stacks/${project}/${name}.json`;
}

/** The folder of a stack's locks. */
export function lockFolderIn(folder: string, { project, name }: StackName): string {
  return `${folder}/.pulumi/locks/organization/${project}/${name}`;
}

/** The stacks that have state. */
export async function stacksInFolder(folder: string): Promise<StackName[]> {
  const stacks = `${folder}/.pulumi/stacks`;
  const names = new Map<string, StackName>();
  for (const project of await entriesOf(stacks)) {
    for (const file of await entriesOf(`${stacks}/${project}`)) {
      const name = /^(.+)\.json(\.gz)?$/.exec(file)?.[1];
      if (name !== undefined) names.set(`${project}/${name}`, { project, name });
    }
  }
  return [...names.values()];
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * The text of a stack's state.
 *
 * @param path As {@linkcode stateFileIn} says
 * @returns `undefined` when there is none
 * @throws {Problem} when it cannot be read
 */
export async function readStateText(path: string): Promise<string | undefined> {
  const plain = await ifThere(() => readText(path));
  return plain ?? await ifThere(() => unzip(`${path}.gz`));
}

async function unzip(path: string): Promise<string> {
  try {
    const file = await Deno.open(path);
    return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  } catch (error) {
    throw new Problem(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function ifThere(read: () => Promise<string>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Problem && error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
