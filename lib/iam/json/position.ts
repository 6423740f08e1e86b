import type { Path } from "lib/iam/finding.ts";

/** A place in a text, both one-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where each value of a JSON text starts; keyed by {@linkcode pathKey}. */
export type Positions = ReadonlyMap<string, number>;

/** A path as a map key. */
export const pathKey = (path: Path): string => path.join("\u0000");

/** Turns an offset into a line and a column. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (;;) {
    const next = text.indexOf("\n", start);
    if (next === -1 || next >= offset) break;
    line++;
    start = next + 1;
  }
  return { line, column: offset - start + 1 };
}

/** The place of a path, or of its closest ancestor that has one. */
export function locate(text: string, positions: Positions, path: Path): Position {
  for (let length = path.length; length >= 0; length--) {
    const offset = positions.get(pathKey(path.slice(0, length)));
    if (offset !== undefined) return positionAt(text, offset);
  }
  return { line: 1, column: 1 };
}
