/**
 * Policies in files: `policy.json`, with its suppressions beside it in `policy.ignore.json`.
 *
 * @module
 */
import { CATALOGUE } from "lib/iam/catalogue.ts";
import type { Finding } from "lib/iam/finding.ts";
import { findIamIssues, type FindOptions } from "lib/iam/lint.ts";
import { parseJson } from "lib/iam/json/parse.ts";
import { positionAt } from "lib/iam/json/position.ts";
import type { Suppression } from "lib/iam/suppression.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/** What was found in one policy. */
export interface LintedPolicy {
  /** The file, or where else the policy is from. */
  readonly file: string;
  /** In the order of the document. */
  readonly findings: readonly Finding[];
}

function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Problem(`${path}: no such file`, { cause: error });
    }
    throw new Problem(`${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The file with a policy's suppressions: `policy.json` → `policy.ignore.json`. */
export const suppressionsFile = (path: string): string =>
  `${path.replace(/\.json$/, "")}.ignore.json`;

/**
 * Reads the suppressions of every policy in a folder.
 *
 * @throws {Problems} when a file of them is no JSON list
 */
export function suppressionsIn(folder: string): Suppression[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort()
    .filter((name) => name.endsWith(".ignore.json"))
    .flatMap((name) => readSuppressions(`${folder}/${name}`));
}

/**
 * Reads a JSON list of suppressions; none when there is no such file. What is wrong with one of them
 * becomes a finding later.
 *
 * @throws {Problems} when the file is no JSON list
 */
function readSuppressions(file: string): Suppression[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    // Beside a pipe (`/dev/fd/63`) there is nothing that may be looked at.
    if (error instanceof Deno.errors.NotCapable) return [];
    throw new Problem(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const { value, faults } = parseJson(text);
  if (faults.length > 0) {
    throw new Problems(faults.map(({ message, offset }) => {
      const { line, column } = positionAt(text, offset);
      return `${file}:${line}:${column}: ${message}`;
    }));
  }
  if (!Array.isArray(value)) throw new Problem(`${file}: expected a list of suppressions`);
  return value;
}

/**
 * Lints the policy in a file.
 *
 * Bytes that are no UTF-8, and a byte order mark, are findings like any other fault of the JSON.
 *
 * @throws {Problem} when a file cannot be read, or its suppressions are no list
 */
export function lintFile(path: string, options: FindOptions = {}): LintedPolicy {
  const bytes = readBytes(path);
  const ignore = readSuppressions(suppressionsFile(path));
  const { text, fault } = decode(bytes);
  const { findings } = findIamIssues(text, {
    ...options,
    ignore: [...options.ignore ?? [], ...ignore],
  });
  return { file: path, findings: fault ? [fault, ...findings] : findings };
}

function decode(bytes: Uint8Array): { text: string; fault?: Finding } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const { severity, title, remedy } = CATALOGUE.MALFORMED_JSON;
    return {
      text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
      fault: {
        id: "MALFORMED_JSON",
        code: "JSON_SYNTAX_ERROR",
        severity,
        path: "$",
        line: 1,
        column: 1,
        title,
        detail: "The text is not UTF-8",
        remedy,
      },
    };
  }
}
