/**
 * Opens a loaded tree with its data key and verifies its authentication code, always.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/sops.go} `Tree.Decrypt`
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { formatKeyPath, SopsProblem } from "lib/secrets/sops/error.ts";
import type { Metadata } from "lib/secrets/sops/metadata.ts";
import { leafBytes, normalizeTime } from "lib/secrets/sops/scalar.ts";
import { selector } from "lib/secrets/sops/selection.ts";
import type { Branch, Leaf, Node } from "lib/secrets/sops/tree.ts";
import { decryptValue } from "lib/secrets/sops/value.ts";

/** sha256("sops"): keeps a code over encrypted values apart from one over all values. */
const MAC_ONLY_ENCRYPTED = Uint8Array.fromHex(
  "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69",
);

/**
 * Decrypts every value.
 *
 * @param documents As loaded
 * @param metadata The file's
 * @param key The data key, 32 bytes
 * @param source The file, for the error
 * @returns The same documents with every encrypted leaf replaced; comments are gone
 * @throws {SopsProblem} `value` or `mac`
 * @throws {NeedsBinary} for a selection rule that only SOPS itself can apply
 */
export function decryptDocuments(
  documents: readonly Branch[],
  metadata: Metadata,
  key: Uint8Array,
  source: string,
): Branch[] {
  const isEncrypted = selector(metadata.selection);
  const hash = createHash("sha512");
  if (metadata.macOnlyEncrypted) hash.update(MAC_ONLY_ENCRYPTED);

  function leaf(
    encrypted: Leaf,
    keys: readonly string[],
    path: readonly (string | number)[],
  ): Leaf {
    // SOPS leaves nothing to encrypt in these.
    if (encrypted.kind === "null" || encrypted.kind === "comment") return encrypted;
    if (!isEncrypted(keys)) {
      if (!metadata.macOnlyEncrypted) hash.update(leafBytes(encrypted));
      return encrypted;
    }
    if (encrypted.kind !== "str" || typeof encrypted.value !== "string") {
      throw new SopsProblem("value", `${source}: ${formatKeyPath(path)} is not encrypted`);
    }
    try {
      const plain = decryptValue(encrypted.value, key, `${keys.join(":")}:`);
      hash.update(leafBytes(plain));
      return plain;
    } catch (error) {
      throw new SopsProblem(
        "value",
        `${source}: ${formatKeyPath(path)} ${(error as Error).message}`,
      );
    }
  }

  function walk(node: Node, keys: readonly string[], path: readonly (string | number)[]): Node {
    if (node.kind === "map") return branch(node, keys, path);
    if (node.kind !== "list") return leaf(node, keys, path);
    const items = node.items.map((item, index) => walk(item, keys, [...path, index]));
    return { kind: "list", items: items.filter((item) => item.kind !== "comment") };
  }

  function branch(node: Branch, keys: readonly string[], path: readonly (string | number)[]) {
    return {
      kind: "map" as const,
      entries: node.entries.map(([name, value]) => {
        const below = walk(value, [...keys, name], [...path, name]);
        if (below.kind === "comment") {
          throw new SopsProblem(
            "value",
            `${source}: ${formatKeyPath([...path, name])} holds a comment in place of a value`,
          );
        }
        return [name, below] as const;
      }),
    };
  }

  const plain = documents.map((document) => branch(document, [], []));
  verify(hash.digest("hex").toUpperCase(), metadata, key, source);
  return plain;
}

function verify(computed: string, metadata: Metadata, key: Uint8Array, source: string): void {
  const refuse = (what: string): never => {
    throw new SopsProblem(
      "mac",
      `${source}: ${what}: the file was changed outside SOPS; restore it and edit it with sops`,
    );
  };
  if (metadata.mac === "") refuse("has no message authentication code");
  const moment = normalizeTime(metadata.lastModified, false);
  if (moment === undefined) return refuse("sops.lastmodified is no RFC 3339 time");
  let mac: Leaf;
  try {
    mac = decryptValue(metadata.mac, key, moment);
  } catch (error) {
    return refuse(`its message authentication code ${(error as Error).message}`);
  }
  const encode = (text: string) => new TextEncoder().encode(text);
  const held = mac.kind === "str" && typeof mac.value === "string" ? encode(mac.value) : undefined;
  if (held?.length !== computed.length || !timingSafeEqual(held, encode(computed))) {
    refuse("its message authentication code does not match its content");
  }
}
