/**
 * Secrets of a KV v2 mount.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
 *
 * @module
 */
import { z } from "zod";
import type { VaultClient } from "lib/vault/client.ts";
import { VaultProblem } from "lib/vault/http.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";

/** What a secret holds. Never print it. */
export type SecretData = Readonly<Record<string, unknown>>;

/** A secret's newest version. */
export interface KvSecret {
  /** 0 where there never was one. */
  readonly version: number;
  /** Absent when there is none, or its newest version is deleted or destroyed. Secret. */
  readonly data?: SecretData;
  /** Set for a version that is soft-deleted or destroyed. */
  readonly state?: "deleted" | "destroyed";
  /** When the version was written, as the server says it. */
  readonly createdTime?: string;
  /** 1 for a secret of a KV v1 mount, whose `version` is 1 where there is one. Default 2. */
  readonly kv?: 1;
  /** What others and we noted on it; absent where nothing is. */
  readonly custom?: Readonly<Record<string, string>>;
}

const Read = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  metadata: z.looseObject({
    version: z.int(),
    created_time: z.string().optional(),
    deletion_time: z.string().default(""),
    destroyed: z.boolean().default(false),
    custom_metadata: z.record(z.string(), z.string()).nullish(),
  }),
});

/** Reads a secret's newest version with what is noted on it, in one answer. */
export async function readSecret(
  vault: VaultClient,
  mount: string,
  path: string,
): Promise<KvSecret> {
  const answer = await vault.call("GET", `${mount}/data/${path}`);
  if (answer.status === 404 && answer.data === undefined) return { version: 0 };
  const read = Read.safeParse(answer.data);
  if ((answer.status !== 200 && answer.status !== 404) || !read.success) {
    throw vault.problem(answer, `read ${mount}/${path}`);
  }
  const { data, metadata } = read.data;
  const { version, created_time: createdTime, deletion_time, destroyed } = metadata;
  const noted = metadata.custom_metadata;
  const common = {
    version,
    ...(createdTime ? { createdTime } : {}),
    ...(noted ? { custom: noted } : {}),
  };
  if (data && answer.status === 200) return { ...common, data };
  return { ...common, state: deletion_time !== "" && !destroyed ? "deleted" : "destroyed" };
}

/** A secret's newest version and what is noted on it, without its data. */
export type KvNotes = Omit<KvSecret, "data">;

/** A write may or may not have happened: read to find out. */
export class AmbiguousWrite extends VaultProblem {}

/**
 * Writes a secret if its newest version is still `cas`.
 *
 * @returns The new version, or `undefined` when `cas` is not the newest version
 * @throws {AmbiguousWrite} when it is not known whether it happened; {@linkcode VaultProblem} when it did not
 */
export async function writeSecret(
  vault: VaultClient,
  mount: string,
  path: string,
  data: SecretData,
  cas: number,
): Promise<number | undefined> {
  let answer;
  try {
    answer = await vault.call("POST", `${mount}/data/${path}`, {
      body: { data, options: { cas } },
      ambiguous: "report",
    });
  } catch (error) {
    if (!(error instanceof VaultProblem)) throw error;
    if (error.status !== 0 && error.status < 500) throw error;
    throw new AmbiguousWrite(error.status, error.message, { cause: error });
  }
  if (answer.status === 200) {
    const written = z.looseObject({ version: z.int() }).safeParse(answer.data);
    if (written.success) return written.data.version;
    throw new AmbiguousWrite(0, `Cannot write ${mount}/${path}: Vault's answer names no version`);
  }
  if (answer.status === 400 && answer.errors.some((error) => error.includes("check-and-set"))) {
    return undefined;
  }
  throw vault.problem(answer, `write ${mount}/${path}`);
}

/**
 * Notes something on a secret, beside what is noted there already.
 *
 * @param merge `patch` where the token may: nobody's note is lost. `replace` writes `known` and `custom`
 * @param known What is noted there, as read
 */
export async function noteOnSecret(
  vault: VaultClient,
  mount: string,
  path: string,
  custom: Readonly<Record<string, string>>,
  { merge, known = {} }: {
    readonly merge: "patch" | "replace";
    readonly known?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const answer = merge === "patch"
    ? await vault.call("PATCH", `${mount}/metadata/${path}`, { body: { custom_metadata: custom } })
    : await vault.call("POST", `${mount}/metadata/${path}`, {
      body: { custom_metadata: { ...known, ...custom } },
    });
  if (answer.status === 200 || answer.status === 204) return;
  throw vault.problem(answer, `write metadata of ${mount}/${path}`);
}

/** Soft-deletes one version, which can be undone; newer ones stay. */
export async function deleteVersion(
  vault: VaultClient,
  mount: string,
  path: string,
  version: number,
): Promise<void> {
  const answer = await vault.call("POST", `${mount}/delete/${path}`, {
    body: { versions: [version] },
  });
  if (answer.status !== 200 && answer.status !== 204) {
    throw vault.problem(answer, `delete ${mount}/${path}`);
  }
}

/**
 * Every path of a mount that has metadata, sorted.
 *
 * @returns `undefined` when the token may not list
 */
export async function listSecrets(
  vault: VaultClient,
  mount: string,
): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  let isDenied = false;
  let folders = [""];
  while (folders.length > 0) {
    const below: string[] = [];
    await forEachAtOnce(folders, vault.concurrency, async (folder) => {
      const answer = await vault.call("LIST", `${mount}/metadata/${folder}`);
      if (answer.status === 404) return;
      if (answer.status === 403) {
        isDenied = true;
        return;
      }
      const keys = z.looseObject({ keys: z.array(z.string()) }).safeParse(answer.data);
      if (answer.status !== 200 || !keys.success) {
        throw vault.problem(answer, `list ${mount}/${folder}`);
      }
      for (const key of keys.data.keys) {
        (key.endsWith("/") ? below : found).push(`${folder}${key}`);
      }
    });
    folders = below;
  }
  return isDenied ? undefined : found.sort();
}

const Metadata = z.looseObject({
  current_version: z.int(),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
  versions: z.record(
    z.string(),
    z.looseObject({
      created_time: z.string().optional(),
      deletion_time: z.string().default(""),
      destroyed: z.boolean().default(false),
    }),
  ).nullish(),
});

function notesOf(metadata: z.infer<typeof Metadata>): KvNotes {
  const { current_version: version, custom_metadata: noted, versions } = metadata;
  const newest = versions?.[String(version)];
  const state = newest === undefined || newest.destroyed
    ? "destroyed"
    : newest.deletion_time !== "" && Date.parse(newest.deletion_time) <= Date.now()
    ? "deleted"
    : undefined;
  return {
    version,
    ...(newest?.created_time ? { createdTime: newest.created_time } : {}),
    ...(noted ? { custom: noted } : {}),
    ...(state ? { state } : {}),
  };
}

/** Reads what is noted on a secret, and no value; version 0 where there is none or it may not be read. */
export async function readNotes(
  vault: VaultClient,
  mount: string,
  path: string,
): Promise<KvNotes> {
  const answer = await vault.call("GET", `${mount}/metadata/${path}`);
  if (answer.status === 404 || answer.status === 403) return { version: 0 };
  const metadata = Metadata.safeParse(answer.data);
  if (answer.status !== 200 || !metadata.success) {
    throw vault.problem(answer, `read metadata of ${mount}/${path}`);
  }
  return notesOf(metadata.data);
}

/** What a mount holds, without values. */
export interface MountSurvey {
  /** Every path that has metadata, sorted; absent where the token may not list. */
  readonly paths?: readonly string[];
  /** What is noted on each of them; absent where the server cannot tell at once. */
  readonly notes?: ReadonlyMap<string, KvNotes>;
}

/**
 * Surveys a mount: by one request where the server is OpenBao and the token may scan, else by lists.
 *
 * @see https://openbao.org/api-docs/secret/kv/kv-v2/#scan-secrets
 */
export async function surveyMount(vault: VaultClient, mount: string): Promise<MountSurvey> {
  const answer = await vault.call("SCAN", `${mount}/detailed-metadata/`);
  if (answer.status === 404 && answer.data === undefined) return { paths: [], notes: new Map() };
  const details = z.looseObject({ key_info: z.record(z.string(), Metadata) }).safeParse(
    answer.data,
  );
  if (answer.status === 200 && details.success) {
    const entries = Object.entries(details.data.key_info).sort(([a], [b]) => a < b ? -1 : 1);
    return {
      paths: entries.map(([path]) => path),
      notes: new Map(entries.map(([path, metadata]) => [path, notesOf(metadata)])),
    };
  }
  const paths = await listSecrets(vault, mount);
  return paths === undefined ? {} : { paths };
}
