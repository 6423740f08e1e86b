/**
 * Creation rules: `secrets/.sops.yaml`, which says to whom a new file is encrypted.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/config/config.go} `loadCreationRuleForFile`
 * @module
 */
import { z } from "zod";
import { parseWith, readText } from "lib/schema/parse.ts";
import { Problems } from "lib/schema/problem.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { portableRegExp } from "lib/secrets/sops/selection.ts";
import { NeedsBinary } from "lib/secrets/sops/error.ts";

/** Recipients as one text with commas or line breaks, or as a list. */
const Recipients = z.union([z.string(), z.array(z.string())]).default([]).transform((value) =>
  (Array.isArray(value) ? value : value.split(/[,\n]/)).map((word) => word.trim()).filter((word) =>
    word !== ""
  )
);

const Kms = z.union([
  Recipients,
  z.array(z.strictObject({
    arn: z.string(),
    role: z.string().optional(),
    context: z.record(z.string(), z.string()).optional(),
    aws_profile: z.string().optional(),
  })).transform((keys) => keys.map(({ arn, role }) => role ? `${arn}+${role}` : arn)),
]);

/** A group of recipients, any of whom opens its share. */
const KeyGroup = z.strictObject({
  age: Recipients,
  hc_vault: Recipients,
  kms: Kms.default([]),
  gcp_kms: z.array(z.strictObject({ resource_id: z.string() })).default([]),
  azure_keyvault: z.array(z.strictObject({
    vaultUrl: z.string(),
    key: z.string(),
    // Without it SOPS takes the newest, which no rule tells.
    version: z.string().min(1),
  })).default([]),
  hckms: z.array(z.strictObject({ key_id: z.string() })).default([]),
  pgp: Recipients,
}).transform((group) =>
  [
    ...group.age,
    ...group.hc_vault,
    ...group.kms,
    ...group.gcp_kms.map((key) => key.resource_id),
    ...group.azure_keyvault.map((key) => `${key.vaultUrl}/keys/${key.key}/${key.version}`),
    ...group.hckms.map((key) => key.key_id),
    ...group.pgp,
  ].sort()
);

/** What a rule may say; a rule that leaves parts of a file open is no rule for secrets. */
const CreationRule = z.strictObject({
  path_regex: z.string().regex(/^\^.*\$$/s, "must begin with ^ and end with $"),
  age: Recipients,
  hc_vault_transit_uri: Recipients,
  kms: Kms.default([]),
  aws_profile: z.string().optional(),
  gcp_kms: Recipients,
  azure_keyvault: Recipients,
  hckms: Recipients,
  pgp: Recipients,
  shamir_threshold: z.int().min(2).optional(),
  key_groups: z.array(KeyGroup).default([]),
});

const Config = z.strictObject({
  creation_rules: z.array(CreationRule).min(1),
  stores: z.unknown().optional(),
});

/** One rule: which files, and to whom they are encrypted. */
export interface CreationRule {
  /** As written. */
  readonly pattern: string;
  /** Whether a path, relative to the folder of `.sops.yaml`, is one of its files. */
  matches(path: string): boolean;
  /** The recipients by group, as the metadata of a file names them; sorted within a group. */
  readonly groups: readonly (readonly string[])[];
  /** How many groups it takes to open a file; 1 where there is one. */
  readonly threshold: number;
}

/**
 * Reads `.sops.yaml`, more strictly than SOPS: every rule has an anchored pattern, so that there is no
 * fallback; none leaves parts of a file open; each names a recipient.
 *
 * @param source The file's name, for the error
 * @throws {Problems} with every fault
 */
export function parseCreationRules(text: string, source: string): CreationRule[] {
  const { creation_rules: rules } = parseWith(Config, parseYaml(text, source), source);
  const problems: string[] = [];
  const read = rules.map((rule, index): CreationRule => {
    const own = [
      ...rule.age,
      ...rule.hc_vault_transit_uri,
      ...rule.kms,
      ...rule.gcp_kms,
      ...rule.azure_keyvault,
      ...rule.hckms,
      ...rule.pgp,
    ];
    // SOPS takes key_groups alone where they are.
    const all = rule.key_groups.length > 0 ? rule.key_groups : [own.sort()];
    if (all.some((group) => group.length === 0)) {
      problems.push(`${source}: creation_rules.${index}: names no recipient`);
    }
    return {
      pattern: rule.path_regex,
      matches: matcher(rule.path_regex, index),
      groups: all,
      threshold: all.length === 1 ? 1 : rule.shamir_threshold ?? all.length,
    };
  });

  function matcher(pattern: string, index: number): (path: string) => boolean {
    try {
      const expression = portableRegExp(pattern);
      return (path) => expression.test(path);
    } catch (error) {
      if (!(error instanceof NeedsBinary)) throw error;
      problems.push(
        `${source}: creation_rules.${index}.path_regex: ${error.reason}: write it more plainly`,
      );
      return () => false;
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return read;
}

/**
 * The rules of a folder that is, or stands for, `secrets/`.
 *
 * @throws {Problem} when it has no `.sops.yaml`
 * @throws {Problems} as {@linkcode parseCreationRules}
 */
export async function readCreationRules(folder: string): Promise<CreationRule[]> {
  const source = "secrets/.sops.yaml";
  return parseCreationRules(await readText(`${folder}/.sops.yaml`, source), source);
}

/** The rule for a path relative to the folder of `.sops.yaml`: the first that matches. */
export function ruleFor(
  rules: readonly CreationRule[],
  path: string,
): CreationRule | undefined {
  return rules.find((rule) => rule.matches(path));
}
