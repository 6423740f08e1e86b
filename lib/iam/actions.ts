import { type ActionDetails, findService, servicePrefixes } from "lib/iam/aws/data.ts";
import { hasWildcard, matches } from "lib/iam/glob.ts";

/** An action that exists. */
export interface KnownAction {
  /** Lower case: `s3:getobject`. */
  readonly key: string;
  /** As AWS writes it: `s3:GetObject`. */
  readonly name: string;
  readonly prefix: string;
  readonly details: ActionDetails;
}

/** What an action pattern of a policy stands for. */
export type Expansion =
  /** `*`, or a pattern whose service is a wildcard: not worth listing. */
  | { readonly kind: "all" }
  /** No colon, or more than one. */
  | { readonly kind: "no-service" }
  | { readonly kind: "unknown-service"; readonly prefix: string }
  /** Existing actions; empty when nothing matches. */
  | { readonly kind: "actions"; readonly prefix: string; readonly actions: readonly KnownAction[] };

const cache = new Map<string, Expansion>();
const CACHE_LIMIT = 5000;

/** Expands `s3:Get*` to the actions that exist. */
export function expandAction(pattern: string): Expansion {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const expansion = expand(pattern.toLowerCase());
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(pattern, expansion);
  return expansion;
}

function expand(pattern: string): Expansion {
  if (/^\*+$/.test(pattern)) return { kind: "all" };
  const [prefix, name, ...rest] = pattern.split(":");
  if (name === undefined || rest.length > 0) return { kind: "no-service" };
  if (hasWildcard(prefix)) {
    const found = [...servicePrefixes()].some((candidate) => matches(prefix, candidate));
    return found ? { kind: "all" } : { kind: "unknown-service", prefix };
  }
  const service = findService(prefix);
  if (service === undefined) return { kind: "unknown-service", prefix };
  const known = (key: string, details: ActionDetails): KnownAction => ({
    key: `${prefix}:${key}`,
    name: `${prefix}:${details.name}`,
    prefix,
    details,
  });
  if (!hasWildcard(name)) {
    const details = service.actions.get(name);
    return { kind: "actions", prefix, actions: details ? [known(name, details)] : [] };
  }
  const actions: KnownAction[] = [];
  for (const [key, details] of service.actions) {
    if (matches(name, key)) actions.push(known(key, details));
  }
  return { kind: "actions", prefix, actions };
}

/** The actions that a list of patterns stands for; patterns for everything or nothing are left out. */
export function expandActions(patterns: readonly { readonly text: string }[]): KnownAction[] {
  const found = new Map<string, KnownAction>();
  for (const { text } of patterns) {
    const expansion = expandAction(text);
    if (expansion.kind !== "actions") continue;
    for (const action of expansion.actions) found.set(action.key, action);
  }
  return [...found.values()];
}

/** Whether an action pattern, of any kind, takes in the action of a lower-case name. */
export const actionMatches = (pattern: string, key: string): boolean =>
  /^\*+$/.test(pattern) || matches(pattern.toLowerCase(), key);
