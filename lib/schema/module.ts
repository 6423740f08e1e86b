import { pathToFileURL } from "node:url";
import { stripVTControlCharacters as plain } from "node:util";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";

/**
 * Imports a module that engineers write: a manifest, an image, a pipeline, a secrets schema.
 *
 * @param root The repository's, an absolute path
 * @param path Below the root; every error starts with it
 * @returns Its default export
 * @throws {Problem} `path:line:column: what` for one that cannot be loaded, or that throws
 */
export async function importDefault(root: string, path: string): Promise<unknown> {
  try {
    const module = await import(pathToFileURL(`${root}/${path}`).href) as { default?: unknown };
    return module.default;
  } catch (error) {
    if (error instanceof Problems) {
      throw new Problems(error.messages.map((message) => `${path}: ${message}`));
    }
    if (error instanceof Problem) throw new Problem(`${path}: ${error.message}`, { cause: error });
    const base = pathToFileURL(`${root}/`).href;
    throw new Problem(`${placeOf(error, base, path)}: ${whatOf(error, base)}`, { cause: error });
  }
}

/** Where an error comes from: its first place in the module itself, else in the repository. */
function placeOf(error: unknown, base: string, path: string): string {
  const told = error instanceof Error ? plain(`${error.message}\n${error.stack}`) : "";
  const [text] = told.split(import.meta.url);
  const places = text.split(base).slice(1)
    .flatMap((rest) => /^[^\s():]+:\d+:\d+/.exec(rest)?.[0] ?? [])
    .map(decodeURI);
  return places.find((place) => place.startsWith(`${path}:`)) ?? places[0] ?? path;
}

/** `ReferenceError: x is not defined`, or what Deno says of a module that it cannot load. */
function whatOf(error: unknown, base: string): string {
  const [line] = plain(messageOf(error)).split("\n");
  const words = line.replace(/ at file:\S+$/, "").replaceAll(base, "").replace(/\.$/, "");
  const isTold = /^(Module not found|SyntaxError)/.test(words);
  return isTold || !(error instanceof Error) ? words : `${error.name}: ${words}`;
}
