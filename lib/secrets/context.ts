import type { Env } from "lib/schema/env.ts";
import { importDefault } from "lib/schema/module.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { isSecretsContext, type SecretsContext } from "lib/secrets/define.ts";
import { listSources, type PlainSecret, readSource, type Target } from "lib/secrets/sources.ts";

/** One secret as it should be in Vault. Its data is secret: never print it. */
export interface WantedSecret extends Target {
  readonly data: PlainSecret;
}

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
  const context = await importDefault(root, file);
  if (!isSecretsContext(context)) {
    throw new Problem(`${file}: has no context: write export default defineSecrets(…)`);
  }
  return context;
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
  const problems: string[] = [];
  const wanted: WantedSecret[] = [];
  for (const file of await listSources(root, await loadContext(root, name), environment)) {
    try {
      const { schema: _, text: __, ...source } = file;
      wanted.push({ ...source, data: await readSource(file, env) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(...(error instanceof Problems ? error.messages : [messageOf(error)]));
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return wanted;
}
