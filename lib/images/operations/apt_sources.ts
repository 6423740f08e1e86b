/** Where Debian packages come from, and whose signature they carry. @module */
import { sha256 } from "lib/schema/digest.ts";
import { Path } from "lib/images/facts/files.ts";
import { AptSources } from "lib/images/facts/packages.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { file } from "lib/images/operations/files/file.ts";
import { line } from "lib/images/operations/files/line.ts";
import { put } from "lib/images/operations/files/put.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Puts a repository's signing key, which this repository holds and pins, under `/etc/apt/keyrings`.
 *
 * @param options `name`: the file's name, ending `.asc` (armored) or `.gpg`; `content`: the key;
 * `sha256`: what the content has to have; `present`: default true
 * @throws {Problem} when the digest differs or the name has another ending
 */
export function key(
  options: { name: string; content: string | Uint8Array; sha256: string; present?: boolean },
): Operation {
  if (!/^[\w.-]+\.(asc|gpg)$/.test(options.name)) {
    throw new Problem(`Keyring "${options.name}" needs a name that ends in .asc or .gpg`);
  }
  const path = `/etc/apt/keyrings/${options.name}`;
  return operation("apt.key", async function* (facts) {
    if (options.present === false) {
      yield* file({ path, present: false }).commands(facts);
      return;
    }
    const digest = await sha256(options.content);
    if (digest !== options.sha256) {
      throw new Problem(`Keyring ${options.name} has SHA-256 ${digest}, not ${options.sha256}`);
    }
    yield* put({ dest: path, content: options.content, mode: "644" }).commands(facts);
  });
}

const squeeze = (source: string) => source.trim().replace(/\s+/g, " ");

/**
 * Adds or removes a one-line source.
 *
 * @param options `source`: `deb http://… suite component`; `filename`: of a file of its own under
 * `sources.list.d`, without `.list` (default `sources.list`); `present`: default true
 */
export function repo(
  options: { source: string; filename?: string; present?: boolean },
): Operation {
  return operation("apt.repo", async function* (facts) {
    const present = options.present ?? true;
    const has = (await facts.fact(AptSources, null)).includes(squeeze(options.source));
    if (has === present) return;
    const path = options.filename === undefined
      ? "/etc/apt/sources.list"
      : `/etc/apt/sources.list.d/${options.filename}.list`;
    yield* line({ path, line: options.source, literal: true, present }).commands(facts);
  });
}

/** A deb822 source. */
export interface SourcesFileOptions {
  /** File name under `sources.list.d`, without `.sources`. */
  readonly filename: string;
  readonly types?: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components?: readonly string[];
  readonly architectures?: readonly string[];
  /** Absolute path of the keyring. */
  readonly signedBy?: string;
  readonly present?: boolean;
}

/**
 * Writes (or removes) a deb822 source.
 *
 * @throws {Problem} without a URI or a suite
 */
export function sourcesFile(options: SourcesFileOptions): Operation {
  const path = `/etc/apt/sources.list.d/${options.filename}.sources`;
  if (options.present === false) {
    return operation("apt.sourcesFile", async function* (facts) {
      if (await facts.fact(Path, path) !== null) {
        yield* file({ path, present: false }).commands(facts);
      }
    });
  }
  if (options.uris.length === 0 || options.suites.length === 0) {
    throw new Problem(`${path} needs at least one URI and one suite`);
  }
  const fields: [string, readonly string[] | undefined][] = [
    ["Types", options.types ?? ["deb"]],
    ["URIs", options.uris],
    ["Suites", options.suites],
    ["Components", options.components],
    ["Architectures", options.architectures],
    ["Signed-By", options.signedBy === undefined ? undefined : [options.signedBy]],
  ];
  const content = fields.filter(([, value]) => value !== undefined && value.length > 0)
    .map(([name, value]) => `${name}: ${value!.join(" ")}\n`).join("");
  return { ...put({ dest: path, content, mode: "644" }), kind: "apt.sourcesFile" };
}
