import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Env } from "lib/schema/env.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues, readText } from "lib/schema/parse.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import type { SecretsContext } from "lib/secrets/define.ts";
import { weakValues } from "lib/secrets/weak_values.ts";

/** A file of a context, and where its secret goes. */
export interface Target {
  readonly context: string;
  readonly environment: EnvironmentSuffix;
  /** The KV mount. */
  readonly mount: string;
  /** Below the mount. */
  readonly path: string;
  /** The file, relative to the root. */
  readonly source: string;
  /** SHA-256 over the encrypted file and the context's `schema.ts`, hexadecimal. */
  readonly sourceDigest: string;
}

/** A target whose file was read, and not yet opened. */
export interface SecretSource extends Target {
  readonly schema: z.ZodObject;
  /** The encrypted file. */
  readonly text: string;
}

/** A secret's plain data. Never print it. */
export type PlainSecret = Readonly<Record<string, unknown>>;

/**
 * Lists a context's files for an environment, without opening them.
 *
 * @throws {Problems} for a file that is missing, that no schema names, or that is a link
 */
export async function listSources(
  root: string,
  { name, mount, files }: SecretsContext,
  environment: EnvironmentSuffix,
): Promise<SecretSource[]> {
  const folder = `secrets/${name}`;
  const problems: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const [, stem, suffix] = /^(.+)\.(ci|qa|production)\.ya?ml$/.exec(entry.name) ?? [];
    if (suffix !== environment) continue;
    if (entry.isSymlink) {
      problems.push(`${folder}/${entry.name}: is a link: a secret is a file of its own`);
    } else if (!(stem in files)) {
      const hint = didYouMean(stem, Object.keys(files));
      problems.push(`${folder}/${entry.name}: schema.ts does not name it${hint}`);
    }
  }
  const rules = await readText(`${root}/${folder}/schema.ts`, `${folder}/schema.ts`);
  const found = await Promise.allSettled(
    Object.entries(files).map(async ([path, schema]): Promise<SecretSource> => {
      const source = `${folder}/${path}.${environment}.yaml`;
      const text = await readText(`${root}/${source}`, source);
      const sourceDigest = digestOf(text, rules);
      return { context: name, environment, mount, path, source, sourceDigest, schema, text };
    }),
  );
  const sources: SecretSource[] = [];
  for (const result of found) {
    if (result.status === "fulfilled") sources.push(result.value);
    else if (!(result.reason instanceof Problem)) throw result.reason;
    else problems.push(result.reason.message);
  }
  if (problems.length > 0) throw new Problems(problems);
  return sources;
}

/**
 * Opens a file: decrypted, verified, and of its schema.
 *
 * @param env Where keys are looked for
 * @throws {Problem} naming file and key, never a value
 */
export async function readSource(
  { source, schema, text }: SecretSource,
  env: Env,
): Promise<PlainSecret> {
  const { openSopsText, plainData } = await import("lib/secrets/sops/read.ts");
  const { documents } = await openSopsText(text, env, source);
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

const digestOf = (text: string, rules: string) =>
  createHash("sha256").update(text).update("\0").update(rules).digest("hex");
