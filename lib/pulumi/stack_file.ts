import { z } from "zod";
import { describeIssues, parseWith, readText } from "lib/schema/parse.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { secretKeys, type Shape } from "lib/pulumi/project.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/**
 * A stack's configuration as Pulumi hands it over: values by key without the project's prefix, each
 * plain, or unknown where it is encrypted and no key is at hand.
 */
export interface StackConfig {
  /** The file, for error messages. */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys whose value is `secure:`. */
  readonly secretKeys: ReadonlySet<string>;
  /** Other namespaces' keys, such as `aws:region`. */
  readonly foreign: Readonly<Record<string, unknown>>;
}

/** The shape of `Pulumi.<stack>.yaml`. @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/ */
const StackFile = z.strictObject({
  config: z.record(
    z.string().regex(/^[\w.-]+(:[\w.-]+)+$/, "must be <namespace>:<key>"),
    z.unknown(),
  ).nullish(),
  secretsprovider: z.string().optional(),
  encryptedkey: z.string().optional(),
  encryptionsalt: z.string().optional(),
  environment: z.unknown().optional(),
});

/**
 * Reads `Pulumi.<stack>.yaml`.
 *
 * @param root The repository's
 * @param folder The project's, below the root
 * @param stack Its name, and its project's: the namespace of the file's keys
 * @throws {Problem} when it is missing, with the stacks that there are; malformed; or not YAML
 */
export async function readStackFile(
  root: string,
  folder: string,
  { name, project }: Pick<StackInfo, "name" | "project">,
): Promise<StackConfig> {
  const path = `${folder}/Pulumi.${name}.yaml`;
  let text: string;
  try {
    text = await readText(`${root}/${path}`, path);
  } catch (error) {
    if (!(error instanceof Problem && error.cause instanceof Deno.errors.NotFound)) throw error;
    const stacks = await stacksIn(`${root}/${folder}`);
    throw new Problem(`${path}: no such file: ${adviceFor(name, folder, stacks)}`, {
      cause: error.cause,
    });
  }
  const file = parseWith(StackFile, parseYaml(text, path) ?? {}, path);
  const values: Record<string, unknown> = {};
  const foreign: Record<string, unknown> = {};
  const secretKeys = new Set<string>();
  for (const [fullKey, value] of Object.entries(file.config ?? {})) {
    if (!fullKey.startsWith(`${project}:`)) {
      foreign[fullKey] = value;
      continue;
    }
    const key = fullKey.slice(project.length + 1);
    values[key] = value;
    if (containsSecure(value)) secretKeys.add(key);
  }
  const misplaced = Object.keys(foreign).find((key) => key.startsWith("ol-"));
  if (misplaced) {
    const namespace = misplaced.slice(0, misplaced.lastIndexOf(":"));
    throw new Problem(
      `${path}: config: ${misplaced}: "${namespace}" is not this project${
        didYouMean(namespace, [project]) || `: expected "${project}"`
      }`,
    );
  }
  return { source: path, values, secretKeys, foreign };
}

function adviceFor(name: string, folder: string, stacks: readonly string[]): string {
  return stacks.length > 0
    ? `the stacks of ${folder} are ${stacks.join(", ")}${didYouMean(name, stacks)}`
    : `write it, with the keys of ${folder}/config.ts`;
}

/** The stacks that have a file in a project's folder, sorted. */
export async function stacksIn(folder: string): Promise<string[]> {
  const stacks: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const match = /^Pulumi\.(.+)\.yaml$/.exec(entry.name);
    if (match && entry.isFile) stacks.push(match[1]);
  }
  return stacks.sort();
}

/** Whether a configuration value is encrypted, or holds one that is: `{ secure: … }`. */
export function containsSecure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("secure" in value && Object.keys(value).length === 1) return true;
  return Object.values(value).some(containsSecure);
}

/**
 * The configuration with its encrypted values as the CLI decrypted them, and with what was given to the
 * CLI alone (`--config`).
 *
 * @param decrypted Every value as text, objects as JSON, by `<project>:<key>`
 */
export function withDecrypted(
  config: StackConfig,
  project: string,
  decrypted: Readonly<Record<string, string>>,
): StackConfig {
  const values: Record<string, unknown> = { ...config.values };
  for (const [name, text] of Object.entries(decrypted)) {
    const key = name.slice(project.length + 1);
    if (!name.startsWith(`${project}:`)) continue;
    if (key in values && !config.secretKeys.has(key)) continue;
    values[key] = /^[[{]/.test(text) ? JSON.parse(text) : text;
  }
  return { ...config, values };
}

/** The configuration with a made-up value for each that is encrypted: nothing real is read. */
export async function withMadeUpSecrets(config: StackConfig, schema: Shape): Promise<StackConfig> {
  if (config.secretKeys.size === 0) return config;
  const { synthesize } = await import("lib/secrets/synthesize.ts");
  const values: Record<string, unknown> = { ...config.values };
  for (const key of config.secretKeys) {
    const field = schema.shape[key] as z.ZodType | undefined;
    if (field) values[key] = synthesize(field, key);
  }
  return { ...config, values };
}

/** Configuration keys that a command line sets, by key without the project's prefix. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * Reads `KEY=VALUE` words: a value that is JSON is taken as such, anything else as text.
 *
 * @throws {Problem} exit code 2 for a word without a key or given twice
 */
export function parseOverrides(words: readonly string[]): Overrides {
  const overrides: Record<string, unknown> = {};
  for (const word of words) {
    const [, key, text] = /^([\w-]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      throw new Problem(`--set "${word}" is no KEY=VALUE`, { exitCode: 2 });
    }
    if (key in overrides) throw new Problem(`--set ${key} is given twice`, { exitCode: 2 });
    overrides[key] = parseValue(text);
  }
  return overrides;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The configuration with the keys of a command line in place of the file's.
 *
 * @throws {Problem} for a key that is encrypted in the file: a command line is no place for secrets
 */
export function withOverrides(config: StackConfig, overrides: Overrides): StackConfig {
  const encrypted = Object.keys(overrides).find((key) => config.secretKeys.has(key));
  if (encrypted !== undefined) {
    throw new Problem(`${config.source}: ${encrypted}: is encrypted: --set cannot replace it`);
  }
  return { ...config, values: { ...config.values, ...overrides } };
}

/**
 * Parses a stack's configuration by its project's schema.
 *
 * @throws {Problems} one line per key, `file: project:key: expected`
 */
export function parseStackConfig<C extends Shape>(
  schema: C,
  config: StackConfig,
  project: string,
): z.output<C> {
  const result = schema.safeParse(config.values);
  const problems = [
    ...misplacedSecrets(schema, config),
    ...result.success ? [] : describeIssues(result.error, schema),
  ];
  if (result.success && problems.length === 0) return result.data;
  throw new Problems(problems.map((line) => `${config.source}: ${project}:${line}`));
}

/** Keys that are encrypted and not marked secret, or the other way round. */
function misplacedSecrets(schema: Shape, { values, secretKeys: encrypted }: StackConfig): string[] {
  const marked = secretKeys(schema);
  return Object.keys(values).flatMap((key) => {
    if (encrypted.has(key) === marked.has(key) || !(key in schema.shape)) return [];
    return encrypted.has(key)
      ? [`${key}: is encrypted, but config.ts does not mark it secret(…): it would be stored open`]
      : [
        `${key}: is secret, but stands open in the file: encrypt it with pulumi config set --secret`,
      ];
  });
}
