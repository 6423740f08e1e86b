/**
 * The `sops` entry of a file: who can open it, what is encrypted, and its authentication code.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/stores/stores.go} `metadata`, `ToInternal`
 * @module
 */
import { z } from "zod";
import { SopsProblem } from "lib/secrets/sops/error.ts";
import { describeIssues } from "lib/schema/parse.ts";
import type { Node } from "lib/secrets/sops/tree.ts";

const Enc = z.string().min(1);
const created = { created_at: z.string().optional(), enc: Enc };

// Other keys are ignored, as SOPS does: the entry is written by SOPS, not by hand.
const keyLists = {
  age: z.array(z.object({ recipient: z.string(), enc: Enc })).nullish(),
  hc_vault: z.array(z.object({
    vault_address: z.string(),
    engine_path: z.string(),
    key_name: z.string(),
    ...created,
  })).nullish(),
  kms: z.array(z.object({
    arn: z.string(),
    role: z.string().nullish(),
    context: z.record(z.string(), z.string()).nullish(),
    aws_profile: z.string().nullish(),
    ...created,
  })).nullish(),
  gcp_kms: z.array(z.object({ resource_id: z.string(), ...created })).nullish(),
  azure_kv: z.array(z.object({
    vault_url: z.string(),
    name: z.string(),
    version: z.string(),
    ...created,
  })).nullish(),
  hckms: z.array(z.object({ key_id: z.string(), ...created })).nullish(),
  pgp: z.array(z.object({ fp: z.string(), ...created })).nullish(),
};

const KeyGroup = z.object(keyLists);
type KeyLists = z.infer<typeof KeyGroup>;

const SopsEntry = z.object({
  ...keyLists,
  key_groups: z.array(KeyGroup).nullish(),
  shamir_threshold: z.coerce.number().int().min(0).nullish(),
  lastmodified: z.string(),
  mac: z.string().default(""),
  mac_only_encrypted: z.union([z.boolean(), z.stringbool()]).nullish(),
  unencrypted_suffix: z.string().nullish(),
  encrypted_suffix: z.string().nullish(),
  unencrypted_regex: z.string().nullish(),
  encrypted_regex: z.string().nullish(),
  unencrypted_comment_regex: z.string().nullish(),
  encrypted_comment_regex: z.string().nullish(),
  // SOPS compares it, so that it has to be one; files of SOPS 1 carried others.
  version: z.coerce.string().regex(
    /^(?:1\..*|v?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?)$/s,
    "must be a version such as 3.13.3",
  ),
});

/** A key that opens a file, or its share: the data key encrypted for one recipient. */
export type MasterKey =
  | { readonly type: "age"; readonly recipient: string; readonly enc: string }
  | {
    readonly type: "hc_vault";
    /** `https://vault.example.com:8200` */
    readonly address: string;
    readonly enginePath: string;
    readonly keyName: string;
    /** The address of the key, as `.sops.yaml` names it. */
    readonly recipient: string;
    readonly enc: string;
  }
  | {
    readonly type: "kms" | "gcp_kms" | "azure_kv" | "hckms" | "pgp";
    /** The key's name as `.sops.yaml` gives it: ARN, resource id, URL, fingerprint. */
    readonly recipient: string;
    readonly enc: string;
  };

/** The words that select what is encrypted. */
export const SELECTIONS = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
] as const;

/** Which values are encrypted: one rule and its suffix or pattern. */
export interface Selection {
  readonly rule: typeof SELECTIONS[number];
  readonly pattern: string;
}

/** What SOPS does when a file names no rule. */
export const DEFAULT_SELECTION: Selection = {
  rule: "unencrypted_suffix",
  pattern: "_unencrypted",
};

/** A file's metadata, checked. */
export interface Metadata {
  /** One key of each group opens its share; a single group's share is the data key itself. */
  readonly groups: readonly (readonly MasterKey[])[];
  /** How many groups have to be opened; equal to 1 for a single group. */
  readonly threshold: number;
  /** RFC 3339, as in the file. */
  readonly lastModified: string;
  /** The encrypted authentication code; may be empty. */
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  readonly selection: Selection;
  /** The version of SOPS that wrote the file. */
  readonly version: string;
}

function groupOf(lists: KeyLists): MasterKey[] {
  const other = <K extends { enc: string }>(
    type: "kms" | "gcp_kms" | "azure_kv" | "hckms" | "pgp",
    keys: readonly K[] | null | undefined,
    name: (key: K) => string,
  ): MasterKey[] => (keys ?? []).map((key) => ({ type, recipient: name(key), enc: key.enc }));
  return [
    ...(lists.age ?? []).map(({ recipient, enc }) => ({ type: "age" as const, recipient, enc })),
    ...(lists.hc_vault ?? []).map((key) => ({
      type: "hc_vault" as const,
      address: key.vault_address,
      enginePath: key.engine_path,
      keyName: key.key_name,
      recipient: `${key.vault_address}/v1/${key.engine_path}/keys/${key.key_name}`,
      enc: key.enc,
    })),
    ...other("kms", lists.kms, (key) => key.role ? `${key.arn}+${key.role}` : key.arn),
    ...other("gcp_kms", lists.gcp_kms, (key) => key.resource_id),
    ...other("azure_kv", lists.azure_kv, (k) => `${k.vault_url}/keys/${k.name}/${k.version}`),
    ...other("hckms", lists.hckms, (key) => key.key_id),
    ...other("pgp", lists.pgp, (key) => key.fp),
  ];
}

/**
 * Checks a `sops` entry.
 *
 * @param entry Plain data
 * @param source The file, for the error
 * @throws {SopsProblem} `malformed`: not what SOPS writes, two selection rules, or no keys
 */
export function parseMetadata(entry: unknown, source: string): Metadata {
  const parsed = SopsEntry.safeParse(entry);
  if (!parsed.success) {
    const [issue] = describeIssues(parsed.error);
    throw new SopsProblem("malformed", `${source}: sops.${issue}`);
  }
  const data = parsed.data;
  const rules = SELECTIONS.flatMap((rule) => data[rule] ? [{ rule, pattern: data[rule] }] : []);
  if (rules.length > 1) {
    const names = rules.map(({ rule }) => rule).join(" and ");
    throw new SopsProblem("malformed", `${source}: sops has both ${names}: SOPS allows one`);
  }
  // Lists at the top win over groups, as in SOPS.
  const own = groupOf(data);
  const groups = own.length > 0 ? [own] : (data.key_groups ?? []).map(groupOf);
  if (groups.length === 0) {
    throw new SopsProblem("malformed", `${source}: sops names no keys`);
  }
  const threshold = groups.length === 1 ? 1 : data.shamir_threshold || groups.length;
  if (threshold > groups.length || (groups.length > 1 && threshold < 2)) {
    throw new SopsProblem("malformed", `${source}: sops.shamir_threshold does not fit its groups`);
  }
  return {
    groups,
    threshold,
    lastModified: data.lastmodified,
    mac: data.mac,
    macOnlyEncrypted: data.mac_only_encrypted ?? false,
    selection: rules[0] ?? DEFAULT_SELECTION,
    version: data.version,
  };
}

/** A `sops` branch as plain data: comments dropped, whole numbers as numbers. */
export function plainMetadata(node: Node): unknown {
  switch (node.kind) {
    case "map":
      return Object.fromEntries(node.entries.map(([key, value]) => [key, plainMetadata(value)]));
    case "list":
      return node.items.filter((item) => item.kind !== "comment").map(plainMetadata);
    case "null":
    case "comment":
      return null;
    case "int":
      return Number(node.value);
    default:
      return node.value;
  }
}
