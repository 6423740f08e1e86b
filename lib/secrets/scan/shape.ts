import type { z } from "zod";
import { didYouMean } from "lib/schema/nearest.ts";
import { Problem } from "lib/schema/problem.ts";
import { loadContext } from "lib/secrets/context.ts";
import type { SecretsContext } from "lib/secrets/define.ts";
import type { ScanFinding } from "lib/secrets/scan/finding.ts";
import { loadStore, splitMetadata } from "lib/secrets/sops/read.ts";

const FILE = /^secrets\/([^/]+)\/([^/]+)\.(ci|qa|production)\.yaml$/;

/**
 * Holds the names of keys, which SOPS leaves open, against the schemas: what can be said of a file's shape
 * without a key to it.
 *
 * @param root The repository's root, with the files on disk
 * @param paths Relative to the root; those of no context are passed over
 */
export async function scanShapes(root: string, paths: readonly string[]): Promise<ScanFinding[]> {
  const findings: ScanFinding[] = [];
  const contexts = new Map<string, SecretsContext | undefined>();
  for (const path of paths) {
    const match = FILE.exec(path);
    if (match === null) continue;
    const [, name, file] = match;
    if (!contexts.has(name)) {
      const add = (message: string) =>
        findings.push({ rule: "schema", path: `secrets/${name}/schema.ts`, message });
      contexts.set(name, await load(root, name, add));
    }
    const context = contexts.get(name);
    if (context === undefined) continue;
    const messages = Object.hasOwn(context.files, file)
      ? compare(context.files[file], keysOf(await Deno.readTextFile(`${root}/${path}`), path))
      : [`schema.ts does not name it${didYouMean(file, Object.keys(context.files))}`];
    findings.push(...messages.map((message): ScanFinding => ({ rule: "schema", path, message })));
  }
  return findings;
}

async function load(
  root: string,
  name: string,
  add: (message: string) => void,
): Promise<SecretsContext | undefined> {
  try {
    return await loadContext(root, name);
  } catch (error) {
    // A schema that is not there is an error of import, not of ours.
    add(
      error instanceof Problem
        ? error.message
        : "cannot be loaded: write one with defineSecrets(…)",
    );
    return undefined;
  }
}

/** The keys at the top; `undefined` for a file that is no SOPS file, which another rule tells. */
function keysOf(text: string, path: string): string[] | undefined {
  try {
    const { documents } = splitMetadata(loadStore(text, path), path);
    return documents[0].entries.map(([key]) => key);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function compare(schema: z.ZodObject, keys: readonly string[] | undefined): string[] {
  if (keys === undefined) return [];
  const known = Object.keys(schema.shape);
  const isStrict = schema.def.catchall?._zod.def.type === "never";
  const unknown = isStrict ? keys.filter((key) => !known.includes(key)) : [];
  const missing = known.filter((key) =>
    !keys.includes(key) && !(schema.shape[key] as z.ZodType).safeParse(undefined).success
  );
  return [
    ...unknown.map((key) =>
      `has a key "${key}" that schema.ts does not know${didYouMean(key, known)}`
    ),
    ...missing.map((key) => `lacks the key "${key}" of schema.ts: set it with edit-secret`),
  ];
}
