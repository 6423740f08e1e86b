/** Bytes of any file as a text to look for secrets in. @module */

/** What stands in a file, as far as it can be read. */
export interface Decoded {
  readonly text: string;
  /** Whether the text is but the readable parts, one a line, so that lines mean nothing. */
  readonly isBinary: boolean;
}

/** UTF-8, UTF-16 with a mark or without, or the runs of ASCII in a binary file. */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = utf16(bytes);
  if (encoding !== undefined) {
    const text = new TextDecoder(encoding).decode(bytes);
    return { text: text.replaceAll("\0", ""), isBinary: false };
  }
  if (!bytes.includes(0)) return { text: new TextDecoder().decode(bytes), isBinary: false };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text: text.replaceAll("\0", " "), isBinary: false };
  } catch {
    const text = new TextDecoder("latin1").decode(bytes);
    return { text: (text.match(/[\t\n\r -~]{8,}/g) ?? []).join("\n"), isBinary: true };
  }
}

/** Which UTF-16 it is: by its mark, or by where the noughts are. */
function utf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const noughts = [0, 0];
  const head = bytes.subarray(0, 2000);
  for (const [at, byte] of head.entries()) if (byte === 0) noughts[at % 2]++;
  const [even, odd] = noughts.map((count) => count / (head.length / 2));
  if (odd > 0.8 && even < 0.05) return "utf-16le";
  if (even > 0.8 && odd < 0.05) return "utf-16be";
}

/** By name, whatever is in it. */
const KEYSTORE = /\.(?:p12|pfx|jks|jceks|keystore|bcfks|bks|kdbx?)$/i;

/** By the first bytes, in hexadecimal, whatever its name. */
const KEYS_IN_BINARY: readonly (readonly [what: string, opening: RegExp])[] = [
  ["a Java keystore", /^(?:feedfeed|cececece)0000000[12]/],
  ["a KeePass database", /^03d9a29a/],
  ["a PKCS #12 keystore", /^30(?:82.{4}|80)02010330/],
  // A sequence of the version and either an algorithm (PKCS #8), a modulus (PKCS #1) or a number (SEC1).
  ["a private key in DER", /^30(?:[0-7].|81..|82.{4})0201(?:0030..06|00028[12]|0104(?:20|30|42))/],
];

/** What keys a file holds in binary, by its name or its first bytes; `undefined` for none. */
export function keystore(path: string, bytes: Uint8Array): string | undefined {
  if (KEYSTORE.test(path)) return "a keystore, by its name";
  const opening = bytes.slice(0, 32).toHex();
  return KEYS_IN_BINARY.find(([, pattern]) => pattern.test(opening))?.[0];
}
