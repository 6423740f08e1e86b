import { execOrThrow } from "lib/cli/exec.ts";
import { resolveEngine } from "lib/engines/resolve.ts";
import { readText } from "lib/schema/parse.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { type AgeIdentities, type Env, loadAgeIdentities } from "lib/secrets/sops/age.ts";
import { decryptDocuments } from "lib/secrets/sops/decrypt.ts";
import { NeedsBinary, SopsProblem } from "lib/secrets/sops/error.ts";
import { loadJson } from "lib/secrets/sops/json.ts";
import {
  type MasterKey,
  type Metadata,
  parseMetadata,
  plainMetadata,
} from "lib/secrets/sops/metadata.ts";
import { combineShares } from "lib/secrets/sops/shamir.ts";
import { type Branch, entryOf, type Node } from "lib/secrets/sops/tree.ts";
import { loadYaml } from "lib/secrets/sops/yaml.ts";

/** A decrypted file. */
export interface SopsFile {
  /** One document, but for YAML streams. */
  readonly documents: readonly Branch[];
  /** Who can open it, and what of it is encrypted. */
  readonly metadata: Metadata;
}

/**
 * Reads and decrypts a SOPS file (`.yaml`, `.yml`, `.json`), its authentication code verified.
 *
 * age recipients are opened in process; files with other recipients alone go through the `sops` binary.
 * Plaintext stays in memory.
 *
 * @param path The file
 * @param env Where keys are looked for: `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE`, `SOPS_AGE_KEY_CMD`, …
 * @param source The file's name in errors; default its path
 * @throws {SopsProblem} with what is wrong with the file, or which recipients were tried; never a value
 */
export async function readSopsFile(path: string, env: Env, source = path): Promise<SopsFile> {
  const { documents, metadata } = splitMetadata(loadStore(await readText(path), source), source);
  try {
    const key = await openDataKey(metadata, await loadAgeIdentities(env), source);
    return { documents: decryptDocuments(documents, metadata, key, source), metadata };
  } catch (error) {
    if (!(error instanceof NeedsBinary)) throw error;
    return { documents: [await decryptWithBinary(path, source, error.reason)], metadata };
  }
}

export function loadStore(text: string, source: string): Branch[] {
  if (text.trim() === "") throw new SopsProblem("malformed", `${source}: is empty`);
  if (/^(<{7}|={7}|>{7})( |$)/m.test(text)) {
    throw new SopsProblem("malformed", `${source}: has conflict markers: merge it first`);
  }
  const plain = text.replace(/^\ufeff/, "");
  return source.endsWith(".json") ? [loadJson(plain, source)] : loadYaml(plain, source);
}

export function splitMetadata(
  documents: readonly Branch[],
  source: string,
): { documents: Branch[]; metadata: Metadata } {
  const entry = documents[0] && entryOf(documents[0], "sops");
  if (entry === undefined) {
    throw new SopsProblem("plaintext", `${source}: is not encrypted: encrypt it with sops`);
  }
  return {
    documents: documents.map((document) => ({
      kind: "map",
      entries: document.entries.filter(([key]) => key !== "sops"),
    })),
    metadata: parseMetadata(plainMetadata(entry), source),
  };
}

async function openDataKey(
  metadata: Metadata,
  identities: AgeIdentities,
  source: string,
): Promise<Uint8Array> {
  const shares: Uint8Array[] = [];
  for (const group of metadata.groups) {
    const share = await openShare(group, identities, source);
    if (share !== undefined) shares.push(share);
    if (shares.length === metadata.threshold) break;
  }
  if (shares.length >= metadata.threshold) {
    return metadata.groups.length === 1 ? shares[0] : combineShares(shares);
  }
  const keys = metadata.groups.flat();
  const other = keys.find(({ type }) => type !== "age");
  if (other !== undefined) throw new NeedsBinary(`recipient of type ${other.type}`);
  const tried = keys.map(({ recipient }) => recipient).join(", ");
  const where = identities.searched.join(", ");
  throw new SopsProblem(
    "key",
    `${source}: no key at hand opens it: it is encrypted to ${tried}: looked for an identity in ${where}`,
  );
}

async function openShare(
  group: readonly MasterKey[],
  { identities }: AgeIdentities,
  source: string,
): Promise<Uint8Array | undefined> {
  for (const key of group) {
    const identity = identities.find(({ recipient }) => recipient === key.recipient);
    if (key.type !== "age" || identity === undefined) continue;
    try {
      return await identity.open(key.enc);
    } catch (error) {
      throw new SopsProblem(
        "key",
        `${source}: the data key for ${key.recipient} does not open: ${messageOf(error)}`,
      );
    }
  }
  return undefined;
}

async function decryptWithBinary(path: string, source: string, reason: string): Promise<Branch> {
  const { path: sops, env } = await resolveEngine("sops");
  try {
    const text = await execOrThrow(sops, ["decrypt", "--output-type", "json", path], { env });
    return loadJson(text, source);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new SopsProblem("key", `${source}: sops cannot open it either (${reason})`);
  }
}

/**
 * A tree as plain data. Whole numbers beyond 2^53 have no exact place in JSON.
 *
 * @throws {SopsProblem} naming the key: quote the number
 */
export function plainData(node: Node, source: string, path = ""): unknown {
  switch (node.kind) {
    case "map":
      return Object.fromEntries(
        node.entries.map(([key, value]) => [
          key,
          plainData(value, source, path === "" ? key : `${path}.${key}`),
        ]),
      );
    case "list":
      return node.items.map((item, index) => plainData(item, source, `${path}[${index}]`));
    case "null":
    case "comment":
      return null;
    case "int": {
      const number = Number(node.value);
      if (Number.isSafeInteger(number)) return number;
      throw new SopsProblem("value", `${source}: ${path} is a number beyond 2^53: quote it`);
    }
    case "str":
      if (typeof node.value === "string") return node.value;
      throw new SopsProblem("value", `${source}: ${path} is not UTF-8: store it as base64 text`);
    default:
      return node.value;
  }
}
