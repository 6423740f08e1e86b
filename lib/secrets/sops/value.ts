/**
 * Encrypted values: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.
 *
 * SOPS's own pattern is open at the end and takes any nonce and tag length; this reader takes only
 * what SOPS writes: nothing behind the bracket, 32 bytes of nonce, 16 of tag.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/aes/cipher.go}
 * @module
 */
// WebCrypto refuses SOPS's 32-byte nonces.
import { createDecipheriv } from "node:crypto";
import { Buffer } from "node:buffer";
import { normalizeTime } from "lib/secrets/sops/scalar.ts";
import { type Leaf, textOrBytes } from "lib/secrets/sops/tree.ts";

const ENCRYPTED =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/]+={0,2}),iv:([A-Za-z0-9+/]{43}=),tag:([A-Za-z0-9+/]{22}==),type:(str|int|float|bytes|bool|time|comment)\]$/;

/** Whether a text is a complete encrypted value; needs no key. */
export function isEncryptedValue(text: string): boolean {
  const match = ENCRYPTED.exec(text);
  return match !== null && match[1].length % 4 === 0;
}

/**
 * Opens one encrypted value.
 *
 * @param text `ENC[…]`, or empty: an empty text is never encrypted
 * @param key The data key, 32 bytes
 * @param additionalData What the value is bound to: its key path, or the time of the MAC
 * @throws {Error} without the text: no encrypted value, not of this key and place, or of a type
 * that its content contradicts
 */
export function decryptValue(text: string, key: Uint8Array, additionalData: string): Leaf {
  if (text === "") return { kind: "str", value: "" };
  const match = ENCRYPTED.exec(text);
  if (!match || match[1].length % 4 !== 0) throw new Error("is not an encrypted value");
  const [, data, nonce, tag, type] = match;
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(additionalData, "utf8"));
  decipher.setAuthTag(Buffer.from(tag, "base64"));
  let plain: Uint8Array;
  try {
    plain = Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]);
  } catch {
    throw new Error("was altered, moved or encrypted to another data key");
  }
  return typed(plain, type);
}

function typed(bytes: Uint8Array, type: string): Leaf {
  if (type === "str" || type === "bytes") return { kind: "str", value: textOrBytes(bytes) };
  if (type === "comment") return { kind: "comment" };
  const text = new TextDecoder().decode(bytes);
  switch (type) {
    case "int":
      if (/^[-+]?\d+$/.test(text)) {
        const value = BigInt(text.replace(/^\+/, ""));
        if (BigInt.asIntN(64, value) === value) return { kind: "int", value };
      }
      break;
    case "float":
      if (text === "NaN") return { kind: "float", value: NaN };
      if (/^[-+]?Inf$/.test(text)) {
        return { kind: "float", value: text.startsWith("-") ? -Infinity : Infinity };
      }
      if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text))) {
        return { kind: "float", value: Number(text) };
      }
      break;
    case "bool":
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return { kind: "bool", value: true };
      if (/^(0|f|F|FALSE|false|False)$/.test(text)) return { kind: "bool", value: false };
      break;
    case "time": {
      const value = normalizeTime(text, true);
      if (value !== undefined) return { kind: "time", value };
    }
  }
  throw new Error(`says it is of type ${type} and is not`);
}
