import type { Env } from "lib/schema/env.ts";
import { readText } from "lib/schema/parse.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { openDataKey } from "lib/secrets/sops/data_key.ts";
import { decryptDocuments } from "lib/secrets/sops/decrypt.ts";
import { formatKeyPath, NeedsBinary, SopsProblem } from "lib/secrets/sops/error.ts";
import { loadDotenv, loadIni } from "lib/secrets/sops/flat.ts";
import { loadJson } from "lib/secrets/sops/json.ts";
import { type Metadata, parseMetadata, plainMetadata } from "lib/secrets/sops/metadata.ts";
import { type Branch, entryOf, type Node } from "lib/secrets/sops/tree.ts";
import { isEncryptedValue } from "lib/secrets/sops/value.ts";
import { loadYaml } from "lib/secrets/sops/yaml.ts";

/** A decrypted file. */
export interface SopsFile {
  /** One document, but for YAML streams. */
  readonly documents: readonly Branch[];
  /** Who can open it, and what of it is encrypted. */
  readonly metadata: Metadata;
}

/**
 * Reads and decrypts a SOPS file, its authentication code verified. The ending names the store: `.yaml`,
 * `.yml`, `.json`, `.env`, `.ini`, anything else is binary.
 *
 * age recipients and Vault's transit engine are opened in process; other recipients, and rules about
 * comments, go through the `sops` binary. Plaintext stays in memory.
 *
 * @param path The file
 * @param env Where keys are looked for: `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE`, `SOPS_AGE_KEY_CMD`, …
 * @param source The file's name in errors; default its path
 * @throws {SopsProblem} with what is wrong with the file, or which recipients were tried; never a value
 */
export async function readSopsFile(path: string, env: Env, source = path): Promise<SopsFile> {
  return await openSopsText(await readText(path, source), env, source);
}

/**
 * As {@linkcode readSopsFile}, of a file whose text was read.
 *
 * @throws {SopsProblem}
 */
export async function openSopsText(
  text: string,
  env: Env,
  source: string,
): Promise<SopsFile> {
  const { documents, metadata } = splitMetadata(loadStore(text, source), source);
  try {
    const key = await openDataKey(metadata, env, source);
    return { documents: decryptDocuments(documents, metadata, key, source), metadata };
  } catch (error) {
    if (!(error instanceof NeedsBinary)) throw error;
    await refuseForeignVaults(metadata, env, source);
    const read = await decryptWithBinary(text, env, source, documents, error.reason);
    return { documents: read, metadata };
  }
}

/**
 * The documents of a file as they are written, by the store that its ending names; the `sops` entry is
 * among the entries of the first.
 *
 * @throws {SopsProblem} `malformed`
 */
export function loadStore(text: string, source: string): Branch[] {
  if (text.trim() === "") throw new SopsProblem("malformed", `${source}: is empty`);
  if (/^(<{7}|={7}|>{7})( |$)/m.test(text)) {
    throw new SopsProblem("malformed", `${source}: has conflict markers: merge it first`);
  }
  const plain = text.replace(/^\ufeff/, "");
  if (/\.ya?ml$/.test(source)) return loadYaml(plain, source);
  if (source.endsWith(".env")) return [loadDotenv(plain, source)];
  if (source.endsWith(".ini")) return [loadIni(plain, source)];
  // What SOPS calls binary is JSON with the one key "data"; anything else was never encrypted.
  if (!source.endsWith(".json") && !plain.trimStart().startsWith("{")) throw notEncrypted(source);
  return [loadJson(plain, source)];
}

const notEncrypted = (source: string) =>
  new SopsProblem("plaintext", `${source}: is not encrypted: encrypt it with sops`);

/**
 * Takes the `sops` entry out and checks it.
 *
 * @throws {SopsProblem} `plaintext` when there is none, `malformed`
 */
export function splitMetadata(
  documents: readonly Branch[],
  source: string,
): { documents: Branch[]; metadata: Metadata } {
  const entry = documents[0] && entryOf(documents[0], "sops");
  if (entry === undefined) throw notEncrypted(source);
  return {
    documents: documents.map((document) => ({
      kind: "map",
      entries: document.entries.filter(([key]) => key !== "sops"),
    })),
    metadata: parseMetadata(plainMetadata(entry), source),
  };
}

/** Where SOPS looks for keys; what it takes from clouds' own variables it finds in the process. */
const KEY_VARIABLES = [
  "SOPS_AGE_KEY",
  "SOPS_AGE_KEY_FILE",
  "SOPS_AGE_KEY_CMD",
  "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
  "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
  "XDG_CONFIG_HOME",
  "HOME",
  "GNUPGHOME",
  "VAULT_TOKEN",
];

/** SOPS would send a Vault token to whatever address a file names. */
async function refuseForeignVaults(metadata: Metadata, env: Env, source: string): Promise<void> {
  const vaults = metadata.groups.flat().filter((key) => key.type === "hc_vault");
  if (vaults.length === 0) return;
  const { isKnownVault } = await import("lib/secrets/sops/transit.ts");
  const foreign = vaults.find(({ address }) => !isKnownVault(address, env));
  if (foreign === undefined) return;
  throw new SopsProblem(
    "key",
    `${source}: names ${foreign.recipient}, which is not the Vault of VAULT_ADDR or, without that, of ` +
      `lib/organization.ts: sops would send a token to it`,
  );
}

/**
 * Reads a file by SOPS itself: as JSON, but where bytes, infinities or several documents have no place
 * in it, as YAML.
 */
async function decryptWithBinary(
  text: string,
  env: Env,
  source: string,
  documents: readonly Branch[],
  reason: string,
): Promise<Branch[]> {
  const variables = KEY_VARIABLES.flatMap((name) => env(name) ? [[name, env(name)!]] : []);
  const { runSops } = await import("lib/secrets/sops/binary.ts");
  const decrypt = (type: string) => {
    const args = ["decrypt", "--input-type", inputType(source), "--output-type", type];
    const options = { stdin: text, env: Object.fromEntries(variables) };
    return runSops(args, `decrypt ${source}`, options);
  };
  const leaves = documents.flatMap((document) => [...leavesOf(document, [])]);
  const broken = leaves.find(([, leaf]) => TAKEN_BY_SOPS.test(leaf) && !isEncryptedValue(leaf));
  // SOPS takes an encrypted value with text behind it, or with another nonce; this reader never does.
  if (broken !== undefined) {
    throw new SopsProblem(
      "value",
      `${source}: ${formatKeyPath(broken[0])} is not an encrypted value`,
    );
  }
  try {
    const json = documents.length === 1 ? await decrypt("json").catch(() => "") : "";
    if (json !== "" && !LOST.test(json)) return [loadJson(json, source)];
    return loadYaml(await decrypt("yaml"), source);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new SopsProblem("key", `${source}: needs sops (${reason}): ${messageOf(error)}`);
  }
}

/** SOPS's own pattern for an encrypted value, open at its end. */
const TAKEN_BY_SOPS = /^ENC\[AES256_GCM,data:.+,iv:.+,tag:.+,type:.+\]/s;

/** What SOPS's JSON has in the place of bytes that are not UTF-8. */
const LOST = /\ufffd|\\ufffd/i;

function* leavesOf(
  node: Node,
  path: readonly (string | number)[],
): Generator<[path: readonly (string | number)[], text: string]> {
  if (node.kind === "map") {
    for (const [key, value] of node.entries) yield* leavesOf(value, [...path, key]);
  } else if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* leavesOf(item, [...path, index]);
  } else if (node.kind === "str" && typeof node.value === "string") {
    yield [path, node.value];
  }
}

function inputType(source: string): string {
  const match = /\.(ya?ml|json|env|ini)$/.exec(source);
  if (match === null) return "binary";
  return { yml: "yaml", env: "dotenv" }[match[1]] ?? match[1];
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
