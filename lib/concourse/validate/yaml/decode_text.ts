import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";

// deno-lint-ignore no-control-regex -- the characters that YAML forbids
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]/;

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Decodes a YAML file: UTF-8, or UTF-16 with a byte order mark.
 *
 * @throws {YamlError} when the bytes are neither
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  try {
    const decoder = encoding === "utf-8" ? UTF_8 : new TextDecoder(encoding, { fatal: true });
    return decoder.decode(bytes);
  } catch {
    throw new YamlError(`not text: the bytes are not ${encoding.toUpperCase()}`);
  }
}

/**
 * Refuses the control characters that YAML forbids.
 *
 * @throws {YamlError} with the position of the first
 */
export function refuseControlCharacters(text: string): void {
  const found = FORBIDDEN.exec(text);
  if (!found) return;
  const before = text.slice(0, found.index).split(/\r\n|[\n\r\x85\u2028\u2029]/);
  throw new YamlError(
    `control characters are not allowed: U+${
      found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")
    }`,
    { line: before.length, column: before[before.length - 1].length + 1 },
  );
}
