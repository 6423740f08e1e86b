import { readCreationRules, ruleFor } from "lib/secrets/creation_rules.ts";
import type { Env } from "lib/schema/env.ts";
import { readText } from "lib/schema/parse.ts";
import { parseYaml, stringifyYaml } from "lib/schema/yaml.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { loadContext } from "lib/secrets/context.ts";
import type { SecretsContext } from "lib/secrets/define.ts";
import { editWithSops, runSops } from "lib/secrets/sops/binary.ts";
import { synthesize } from "lib/secrets/synthesize.ts";
import { judgeData, verifySecretFile } from "lib/secrets/write/verify.ts";
import {
  OvertakenProblem,
  relativePath,
  type SecretFileName,
  withWorkingCopy,
  type WorkingCopy,
} from "lib/secrets/write/working_copy.ts";

/** What writing needs of its surroundings. */
export interface WriteOptions {
  readonly root: string;
  /** Where keys are looked for. */
  readonly env: Env;
  /** Asked after an edit that does not pass: whether to open the editor again. */
  readonly retry: (problems: readonly string[]) => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/** What became of a file. */
export interface Written {
  /** Relative to the root. */
  readonly file: string;
  readonly outcome: "written" | "unchanged";
  /** Whether it was opened again; false where no key is at hand, and then only its form is judged. */
  readonly opened: boolean;
}

/** How a file is to be changed. */
export type Change =
  /** In the user's editor. */
  | { readonly kind: "editor" }
  /** One key; the value is secret. */
  | { readonly kind: "set"; readonly key: string; readonly value: unknown }
  | { readonly kind: "unset"; readonly key: string };

/**
 * Changes a secret file by SOPS, on a copy that takes the place of the original only when it is sound.
 *
 * @throws {Problem} when there is no such file, or no key at hand opens it
 * @throws {Problems} when the result is not of the schema, naming keys only; the original is untouched
 */
export async function editSecret(
  file: SecretFileName,
  change: Change,
  options: WriteOptions,
): Promise<Written> {
  const context = await contextOf(file, options.root);
  const path = relativePath(file);
  if (!await exists(`${options.root}/secrets/${path}`)) {
    throw new Problem(`secrets/${path}: no such file: make it with new-secret`);
  }
  return await withWorkingCopy(options.root, [path], async (copy) => {
    if (change.kind === "editor") return await inEditor(copy, path, file, context, options);
    const index = indexOf(change.key);
    const run = { cwd: copy.folder, signal: options.signal };
    if (change.kind === "unset") {
      const text = await readText(`${copy.folder}/${path}`, `secrets/${path}`);
      requireKey(parseYaml(text, `secrets/${path}`), change.key, `secrets/${path}`);
      const what = `take "${change.key}" out of secrets/${path}`;
      await runSops(["unset", path, index], what, run);
    } else {
      const stdin = JSON.stringify(change.value);
      const what = `set "${change.key}" of secrets/${path}`;
      await runSops(["set", "--value-stdin", "--idempotent", path, index], what, { ...run, stdin });
    }
    return await settle(copy, path, file, context, options);
  });
}

/**
 * Makes a new secret file.
 *
 * @param data Its content, already parsed; absent: the user's editor opens with what the schema asks for
 * @throws {Problem} when the file is there already
 * @throws {Problems} when the content is not of the schema, naming keys only; nothing is written
 */
export async function createSecret(
  file: SecretFileName,
  data: Record<string, unknown> | undefined,
  options: WriteOptions,
): Promise<Written> {
  const context = await contextOf(file, options.root);
  const path = relativePath(file);
  const source = `secrets/${path}`;
  if (await exists(`${options.root}/${source}`)) {
    throw new Problem(`${source}: is there already: change it with edit-secret`);
  }
  const problems = data === undefined ? [] : judgeData(data, context, file.name, source);
  if (ruleFor(await readCreationRules(`${options.root}/secrets`), path) === undefined) {
    problems.push(`${source}: no creation rule of secrets/.sops.yaml matches it: add one`);
  }
  if (problems.length > 0) throw new Problems(problems);
  return await withWorkingCopy(options.root, [path], async (copy) => {
    // SOPS takes 2024-01-01 for a date, and 1_000 for a number.
    const stdin = stringifyYaml(data ?? template(context, file.name), { quoted: true });
    const args = ["encrypt", "--filename-override", path];
    const encrypted = await runSops(args, `encrypt ${source}`, {
      cwd: copy.folder,
      stdin,
      signal: options.signal,
    });
    await Deno.writeTextFile(`${copy.folder}/${path}`, encrypted);
    if (data === undefined) return await inEditor(copy, path, file, context, options);
    return await settle(copy, path, file, context, options);
  });
}

async function inEditor(
  copy: WorkingCopy,
  path: string,
  file: SecretFileName,
  context: SecretsContext,
  options: WriteOptions,
): Promise<Written> {
  const isNew = !await exists(`${options.root}/secrets/${path}`);
  for (let differs = isNew;;) {
    if (await editWithSops(copy.folder, path, `edit secrets/${path}`)) differs = true;
    if (!differs) return { file: `secrets/${path}`, outcome: "unchanged", opened: true };
    try {
      return await settle(copy, path, file, context, options);
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof OvertakenProblem) throw error;
      options.signal?.throwIfAborted();
      const problems = error instanceof Problems ? error.messages : [messageOf(error)];
      if (!await options.retry(problems)) throw error;
    }
  }
}

async function settle(
  copy: WorkingCopy,
  path: string,
  file: SecretFileName,
  context: SecretsContext,
  options: WriteOptions,
): Promise<Written> {
  const { opened } = await verifySecretFile(copy.folder, path, context, file.name, options.env);
  options.signal?.throwIfAborted();
  await copy.commit([path]);
  return { file: `secrets/${path}`, outcome: "written", opened };
}

async function contextOf(file: SecretFileName, root: string): Promise<SecretsContext> {
  const context = await loadContext(root, file.context);
  const names = Object.keys(context.files);
  if (!names.includes(file.name)) {
    throw new Problem(
      `secrets/${file.context}/schema.ts does not name "${file.name}"${
        didYouMean(file.name, names) || `: it names ${names.join(", ")}`
      }`,
      { exitCode: 2 },
    );
  }
  return context;
}

/** What the editor opens with: every text is a placeholder, which does not pass. */
function template(context: SecretsContext, name: string): unknown {
  const placeholders = (value: unknown): unknown => {
    if (typeof value === "string") return "changeme";
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(placeholders);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, placeholders(item)]),
    );
  };
  return placeholders(synthesize(context.files[name], name));
}

/** `a.b.0` as SOPS takes it: `["a"]["b"][0]`. */
function indexOf(key: string): string {
  return key.split(".").map((part) => `[${/^\d+$/.test(part) ? part : JSON.stringify(part)}]`)
    .join("");
}

/** Keys lie open in an encrypted file. */
function requireKey(file: unknown, key: string, source: string): void {
  let at = file as Record<string, unknown>;
  for (const part of key.split(".")) {
    const known = typeof at === "object" && at !== null ? Object.keys(at) : [];
    if (!known.includes(part)) {
      throw new Problem(`${source}: there is no key "${key}"${didYouMean(part, known)}`);
    }
    at = at[part] as Record<string, unknown>;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
