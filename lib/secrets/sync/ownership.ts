import { organization } from "lib/organization.ts";
import type { Target } from "lib/secrets/sources.ts";
import type { KvNotes } from "lib/vault/kv.ts";

/** The value of `managed_by` on what is ours: another repository's is someone else's. */
export const OWNER = `sync-secrets of ${organization.repository}`;

/**
 * What is noted on a secret of ours, in KV v2 custom metadata: whose it is, which file says it, and which
 * version we wrote last. A newer version is someone else's.
 */
export interface Ownership extends Record<string, string> {
  readonly managed_by: string;
  /** `secrets/<context>/<name>.<environment>.yaml` */
  readonly source: string;
  /** Decimal. */
  readonly synced_version: string;
  /** Of the encrypted file and its schema: while both stay, so does what they say. */
  readonly source_sha256: string;
}

/** The note for a version of ours. */
export function ownership({ source, sourceDigest }: Target, version: number): Ownership {
  return {
    managed_by: OWNER,
    source,
    synced_version: String(version),
    source_sha256: sourceDigest,
  };
}

/** Whether a secret was ours when its note was written. */
export function isOwned(custom: Readonly<Record<string, string>> | undefined): boolean {
  return custom?.managed_by === OWNER;
}

/** Whether a secret's newest version is ours, and of this file where one is given. */
export function isUpToDate({ custom, version }: KvNotes, source?: string): boolean {
  return isOwned(custom) && custom?.synced_version === String(version) &&
    (source === undefined || custom?.source === source);
}

/**
 * Whether a secret is as its file says, told without opening either: its newest version is the one that
 * we wrote from this very file, and versions never change.
 */
export function isSettled(held: KvNotes, { source, sourceDigest }: Target): boolean {
  return held.state === undefined && isUpToDate(held, source) &&
    held.custom?.source_sha256 === sourceDigest;
}

/** The context of a source: `secrets/app/database.ci.yaml` → `app`. */
export function contextOf(source: string): string | undefined {
  return /^secrets\/([^/]+)\//.exec(source)?.[1];
}
