/**
 * A file's data key: opened by one key of each group, joined of shares where there are several.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/sops.go} `GetDataKeyWithKeyServices`
 * @module
 */
import type { Env } from "lib/schema/env.ts";
import { messageOf } from "lib/schema/problem.ts";
import { type AgeIdentities, ageIdentities } from "lib/secrets/sops/age.ts";
import { NeedsBinary, SopsProblem } from "lib/secrets/sops/error.ts";
import type { MasterKey, Metadata } from "lib/secrets/sops/metadata.ts";
import { combineShares } from "lib/secrets/sops/shamir.ts";

/** Bytes of a data key. */
const KEY_LENGTH = 32;

/** What opening one key of one file came to. */
interface Attempt {
  readonly share?: Uint8Array;
  /** Why there is none, for each key that was tried: `age1…: is damaged`. */
  readonly failures: readonly string[];
}

/**
 * Opens a file's data key with what is at hand: age identities, and Vault's transit engine.
 *
 * @param env Where keys are looked for
 * @param source The file, for the error
 * @throws {SopsProblem} `key`, with the recipients that were tried and, for several groups, which of them
 * did not open
 * @throws {NeedsBinary} when a recipient of another kind may open it
 */
export async function openDataKey(
  metadata: Metadata,
  env: Env,
  source: string,
): Promise<Uint8Array> {
  const { groups, threshold } = metadata;
  const identities = await ageIdentities(env);
  const shares: Uint8Array[] = [];
  const closed: { readonly group: number; readonly failures: readonly string[] }[] = [];
  for (const [index, group] of groups.entries()) {
    const { share, failures } = await openShare(group, identities, env);
    if (share === undefined) closed.push({ group: index + 1, failures });
    else shares.push(share);
    if (shares.length === threshold) break;
  }
  if (shares.length >= threshold) {
    const key = groups.length === 1 ? shares[0] : combineShares(shares);
    if (key.length === KEY_LENGTH) return key;
    throw new SopsProblem(
      "key",
      `${source}: its data key has ${key.length} bytes, not ${KEY_LENGTH}`,
    );
  }
  const other = groups.flat().find(({ type }) => type !== "age" && type !== "hc_vault") ??
    groups.flat().find(({ recipient }) => isForeign(recipient));
  if (other !== undefined) throw new NeedsBinary(`a recipient of type ${other.type}`);
  const where = identities.searched.join(", ");
  const tried = groups.length === 1
    ? `it is encrypted to ${closed[0].failures.join(", ")}`
    : `${shares.length} of ${threshold} key groups open: ${
      closed.map(({ group, failures }) => `group ${group} (${failures.join(", ")})`).join(", ")
    }`;
  throw new SopsProblem(
    "key",
    `${source}: no key at hand opens it: ${tried}: looked for an identity in ${where}`,
  );
}

/** Recipients that age knows by SSH keys and plugins. */
const isForeign = (recipient: string) =>
  /^ssh-|^age1[a-z0-9]+1[a-z0-9]/.test(recipient) && !recipient.startsWith("age1pq1");

async function openShare(
  group: readonly MasterKey[],
  { identities }: AgeIdentities,
  env: Env,
): Promise<Attempt> {
  const failures: string[] = [];
  for (const key of group) {
    if (key.type !== "age") continue;
    const identity = identities.find(({ recipient }) => recipient === key.recipient);
    if (identity === undefined) continue;
    try {
      return { share: await identity.open(key.enc), failures: [] };
    } catch {
      failures.push(`${key.recipient} (which is at hand, but its copy of the key is damaged)`);
    }
  }
  for (const key of group) {
    if (key.type !== "hc_vault") continue;
    const { openTransitKey } = await import("lib/secrets/sops/transit.ts");
    try {
      return { share: await openTransitKey(key, env), failures: [] };
    } catch (error) {
      failures.push(`${key.recipient} (${messageOf(error)})`);
    }
  }
  const told = failures.join(" ");
  const untold = group.map(({ recipient }) => recipient).filter((one) => !told.includes(one));
  return { failures: [...failures, ...untold] };
}
