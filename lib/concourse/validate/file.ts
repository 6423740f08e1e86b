import { messageOf, Problem } from "lib/schema/problem.ts";
import type { LintFinding } from "lib/concourse/lint/lint.ts";
import { lintPipeline } from "lib/concourse/lint/mod.ts";
import type { Vars } from "lib/concourse/validate/template/vars.ts";
import { type Profile, validatePipeline, type Verdict } from "lib/concourse/validate/validate.ts";

/** The largest file that is read, in bytes: far more than any pipeline has. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** What is said about a file. */
export interface FileVerdict extends Pick<Verdict, "ok" | "errors" | "warnings"> {
  /** As it was named; `-` is stdin. */
  readonly file: string;
  readonly profile: Profile;
  readonly lints: readonly LintFinding[];
}

/** How files are validated. */
export interface FileOptions {
  readonly profile: Profile;
  readonly vars: Vars;
  /** Lints that are not wanted; `undefined` for no lints at all. */
  readonly lintsOff?: ReadonlySet<string>;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function refuseLarge(file: string, bytes: number): void {
  if (bytes > MAX_BYTES) {
    throw new Problem(
      `${file}: has ${megabytes(bytes)}, a pipeline may have ${megabytes(MAX_BYTES)} here`,
    );
  }
}

async function readStream(
  file: string,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new Problem(`${file}: has no end within ${megabytes(MAX_BYTES)}: not read`);
    }
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/**
 * Reads a file whole, or stdin for `-`.
 *
 * @throws {Problem} when it is missing, no file, too large or not to be read
 */
export async function readBounded(
  file: string,
  stdin: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (file === "-") {
    const bytes = await stdin();
    refuseLarge("stdin", bytes.length);
    return bytes;
  }
  try {
    const info = await Deno.stat(file);
    if (info.isDirectory) throw new Problem(`${file}: is a directory, expected a file`);
    refuseLarge(file, info.size);
    // A device or a pipe has no size, and need not have an end.
    if (!info.isFile) return await readStream(file, (await Deno.open(file)).readable);
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw new Problem(`${file}: no such file`, { cause: error });
    }
    throw new Problem(`${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Validates and lints a file; one that cannot be read is not ok and says why. */
export async function validateFile(
  file: string,
  options: FileOptions,
  stdin: () => Promise<Uint8Array>,
): Promise<FileVerdict> {
  const { profile, vars, lintsOff } = options;
  try {
    const verdict = validatePipeline(await readBounded(file, stdin), profile, vars);
    const { ok, errors, warnings } = verdict;
    const lints = lintsOff ? lintPipeline(verdict, vars, lintsOff) : [];
    return { file, profile, ok, errors, warnings, lints };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const message = error.message.startsWith(`${file}: `)
      ? error.message.slice(file.length + 2)
      : error.message;
    return { file, profile, ok: false, errors: [{ message }], warnings: [], lints: [] };
  }
}
