import { createHash } from "node:crypto";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { isSecretsContext, type SecretsContext } from "lib/secrets/define.ts";
import type { Env } from "lib/secrets/sops/age.ts";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import type { z } from "zod";

/** One secret as it should be in Vault. Its data is secret: never print it. */
export interface WantedSecret {
  readonly context: string;
  readonly environment: EnvironmentSuffix;
  /** The KV mount. */
  readonly mount: string;
  /** Below the mount. */
  readonly path: string;
  /** The file it comes from, relative to the root. */
  readonly source: string;
  /** SHA-256 of the encrypted file, hexadecimal. */
  readonly sourceDigest: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Values that someone meant to replace. */
const PLACEHOLDER = /^(change[-_ ]?me|to[-_ ]?do|replace[-_ ]?me|xxx+|placeholder|<.*>)$/i;

/**
 * The contexts under `secrets/`, sorted.
 *
 * @throws {Problem} when there is none: nothing is then known about what Vault should hold
 */
export async function listContexts(root: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(`${root}/secrets`)) {
      if (entry.isDirectory) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (names.length === 0) {
    throw new Problem("secrets/ holds no context: check out the repository whole");
  }
  return names.sort();
}

/**
 * Loads a context's schema.
 *
 * @throws {Problem} exit code 2 for an unknown context; 1 for a schema without `defineSecrets`
 */
export async function loadContext(root: string, name: string): Promise<SecretsContext> {
  const names = await listContexts(root);
  if (!names.includes(name)) {
    throw new Problem(
      `Unknown context "${name}"${didYouMean(name, names) || `: there are ${names.join(", ")}`}`,
      { exitCode: 2 },
    );
  }
  const file = `secrets/${name}/schema.ts`;
  await Deno.stat(`${root}/${file}`).catch(() => {
    throw new Problem(`${file}: no such file: say what the context holds`);
  });
  const module = await import(`file://${encodeURI(`${root}/${file}`)}`);
  if (!isSecretsContext(module.default)) {
    throw new Problem(`${file}: has no context: write export default defineSecrets(…)`);
  }
  return module.default;
}

/**
 * Reads every file of a context for an environment: decrypted, verified, and of its schema.
 *
 * @param env Where keys are looked for
 * @throws {Problems} every fault of every file at once, naming file and key, never a value
 */
export async function readContext(
  root: string,
  name: string,
  environment: EnvironmentSuffix,
  env: Env,
): Promise<WantedSecret[]> {
  const context = await loadContext(root, name);
  const problems: string[] = [];
  const wanted: WantedSecret[] = [];
  for (const [path, schema] of Object.entries(context.files)) {
    const source = `secrets/${name}/${path}.${environment}.yaml`;
    try {
      const before = await digestFile(`${root}/${source}`);
      const data = await readFile(`${root}/${source}`, source, schema, env);
      const sourceDigest = await digestFile(`${root}/${source}`);
      if (before !== sourceDigest) {
        throw new Problem(`${source}: changed while it was read: run again`);
      }
      const { mount } = context;
      wanted.push({ context: name, environment, mount, path, source, sourceDigest, data });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(...(error instanceof Problems ? error.messages : [messageOf(error)]));
    }
  }
  const known = new Set(wanted.map(({ source }) => source.split("/").at(-1)));
  for await (const entry of Deno.readDir(`${root}/secrets/${name}`)) {
    const match = /^(.+)\.(ci|qa|production)\.ya?ml$/.exec(entry.name);
    if (match && match[2] === environment && !(match[1] in context.files)) {
      problems.push(
        `secrets/${name}/${entry.name}: schema.ts does not name it${
          didYouMean(match[1], Object.keys(context.files))
        }`,
      );
    } else if (match && match[2] === environment && !known.has(entry.name) && entry.isSymlink) {
      problems.push(`secrets/${name}/${entry.name}: is a link: a secret is a file of its own`);
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return wanted;
}

async function digestFile(path: string): Promise<string> {
  const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
  return createHash("sha256").update(bytes).digest("hex");
}

async function readFile(
  path: string,
  source: string,
  schema: z.ZodObject,
  env: Env,
): Promise<Record<string, unknown>> {
  const { isSymlink } = await Deno.lstat(path).catch(() => ({ isSymlink: false }));
  if (isSymlink) throw new Problem(`${source}: is a link: a secret is a file of its own`);
  const { documents } = await readSopsFile(path, env, source);
  if (documents.length !== 1) {
    throw new Problem(`${source}: holds ${documents.length} documents: one is expected`);
  }
  const result = schema.safeParse(plainData(documents[0], source));
  if (!result.success) {
    throw new Problems(describeIssues(result.error, schema).map((line) => `${source}: ${line}`));
  }
  const problems = weakValues(result.data, "").map((line) => `${source}: ${line}`);
  if (problems.length > 0) throw new Problems(problems);
  return result.data;
}

function weakValues(value: unknown, path: string): string[] {
  if (typeof value === "string") {
    if (value === "") return [`${path}: is empty`];
    return PLACEHOLDER.test(value) ? [`${path}: is a placeholder: set the real value`] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    weakValues(item, path === "" ? key : `${path}.${key}`)
  );
}
