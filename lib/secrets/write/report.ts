import type { Io } from "lib/cli/io.ts";
import { Problem } from "lib/schema/problem.ts";
import { plainData } from "lib/secrets/sops/read.ts";
import { loadYaml } from "lib/secrets/sops/yaml.ts";
import type { Written } from "lib/secrets/write/edit.ts";

/** Says what became of a file, and what could not be verified. */
export function reportWritten(written: Written, io: Io, asJson: boolean): void {
  io.out(asJson ? JSON.stringify(written) : `${written.file}: ${written.outcome}`);
  if (written.opened) return;
  io.err(
    `${written.file}: no key at hand opens it: its form and recipients were verified, its content not`,
  );
}

/**
 * One value from stdin: text without its last line break, or JSON.
 *
 * @throws {Problem} for what is neither; without the text
 */
export function valueFrom(bytes: Uint8Array, asJson: boolean): unknown {
  const text = decode(bytes);
  if (!asJson) {
    const value = text.replace(/\r?\n$/, "");
    if (value === "") throw new Problem("stdin is empty: give the value there");
    return value;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("stdin is not JSON");
  }
}

/**
 * A file's content from stdin, in YAML or JSON, typed as SOPS types it.
 *
 * @throws {Problem} with the line, without the text
 */
export function contentFrom(bytes: Uint8Array): Record<string, unknown> {
  const documents = loadYaml(decode(bytes), "stdin");
  if (documents.length !== 1) throw new Problem("stdin: one document is expected");
  return plainData(documents[0], "stdin") as Record<string, unknown>;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("stdin is not UTF-8 text");
  }
}
