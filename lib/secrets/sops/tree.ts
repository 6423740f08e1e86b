/**
 * What a SOPS file holds: an ordered tree, as the message authentication code depends on the order.
 *
 * @module
 */

/** A value with the type that SOPS gives it. */
export type Leaf =
  /** Text; `bytes` when it is not UTF-8 (a YAML `!!binary`). */
  | { readonly kind: "str"; readonly value: string | Uint8Array }
  /** A 64-bit integer. */
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  /** A moment as RFC 3339 text with the fraction's trailing zeros dropped, as Go writes it. */
  | { readonly kind: "time"; readonly value: string }
  | { readonly kind: "null" }
  /** A comment that stands among the items of a list. */
  | { readonly kind: "comment" };

/** Keys in the order of the file; each once. */
export interface Branch {
  readonly kind: "map";
  readonly entries: readonly (readonly [key: string, value: Node])[];
}

/** Items in order; comments among them have the kind `comment`. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Node[];
}

/** A branch, a list or a leaf. */
export type Node = Branch | List | Leaf;

/** What a store makes of a file, before anything is decrypted. */
export interface Loaded {
  /** The documents without their metadata; one, but for YAML streams. */
  readonly documents: readonly Branch[];
  /** The `sops` entry of the first document as plain data. */
  readonly metadata: unknown;
}

/** The value of a key, or `undefined`. */
export function entryOf(branch: Branch, key: string): Node | undefined {
  return branch.entries.find(([name]) => name === key)?.[1];
}

/**
 * Text as SOPS types it: bytes that are UTF-8 become a string, others stay bytes.
 */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
