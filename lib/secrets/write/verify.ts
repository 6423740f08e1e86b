import type { Env } from "lib/schema/env.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { readCreationRules } from "lib/secrets/creation_rules.ts";
import type { SecretsContext } from "lib/secrets/define.ts";
import { scanSecretFile } from "lib/secrets/scan/secret_file.ts";
import { SopsProblem } from "lib/secrets/sops/error.ts";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import { weakValues } from "lib/secrets/weak_values.ts";

/** What was seen of a file that SOPS has written. */
export interface Verified {
  /** Whether it was opened; without a key only its form and recipients can be judged. */
  readonly opened: boolean;
}

/**
 * Judges a file that SOPS has written, before it takes the place of the original: closed, to the
 * recipients of the creation rule, opening with the keys at hand, and of its schema.
 *
 * @param folder What stands for `secrets/`
 * @param path Relative to it
 * @param name The name in the context's schema
 * @throws {Problems} with every fault, naming file and key, never a value
 */
export async function verifySecretFile(
  folder: string,
  path: string,
  context: SecretsContext,
  name: string,
  env: Env,
): Promise<Verified> {
  const source = `secrets/${path}`;
  const text = await Deno.readTextFile(`${folder}/${path}`);
  const rules = await readCreationRules(folder);
  const problems = scanSecretFile(source, text, rules).map(({ message }) =>
    `${source}: ${message}`
  );
  let opened = true;
  try {
    const { documents } = await readSopsFile(`${folder}/${path}`, env, source);
    problems.push(...judgeData(plainData(documents[0], source), context, name, source));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error instanceof SopsProblem && error.fault === "key") opened = false;
    else problems.push(messageOf(error));
  }
  if (problems.length > 0) throw new Problems([...new Set(problems)]);
  return { opened };
}

/** What is wrong with a file's data; names keys, never values. */
export function judgeData(
  data: unknown,
  context: SecretsContext,
  name: string,
  source: string,
): string[] {
  const schema = context.files[name];
  const result = schema.safeParse(data);
  const issues = result.success ? [] : describeIssues(result.error, schema);
  // A key is named once, for what its schema says.
  const keys = new Set(issues.map((line) => line.split(": ")[0]));
  const weak = weakValues(data, "").filter((line) => !keys.has(line.split(": ")[0]));
  return [...issues, ...weak].map((line) => `${source}: ${line}`);
}
