import { Problem } from "lib/schema/problem.ts";

/** Why a SOPS file was refused. */
export type SopsFault =
  /** The text is no file of that format, or uses what SOPS never writes. */
  | "malformed"
  /** Not a SOPS file: it has no `sops` entry. */
  | "plaintext"
  /** No key at hand opens it. */
  | "key"
  /** A value was altered, moved or is not encrypted. */
  | "value"
  /** The message authentication code is missing or wrong. */
  | "mac";

/** A SOPS file that cannot be read. The message names file and key path, never a value. */
export class SopsProblem extends Problem {
  /** Tells it from other problems. */
  override readonly name = "SopsProblem";
  /** What kind of fault it is. */
  readonly fault: SopsFault;

  /**
   * The refusal of a file.
   *
   * @param fault What kind of fault it is
   * @param message What failed, where, and what to do
   */
  constructor(fault: SopsFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** A file that is sound but beyond this reader: the `sops` binary has to read it. */
export class NeedsBinary extends Error {
  override readonly name = "NeedsBinary";

  /** @param reason What this reader does not do itself: `recipient of type pgp` */
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** `a.b[0]` for a path of keys; list positions are numbers. */
export function formatKeyPath(path: readonly (string | number)[]): string {
  if (path.length === 0) return "(top level)";
  return path.map((part, index) =>
    typeof part === "number"
      ? `[${part}]`
      : `${index === 0 ? "" : "."}${/^[\w@/-]+$/.test(part) ? part : JSON.stringify(part)}`
  ).join("");
}
