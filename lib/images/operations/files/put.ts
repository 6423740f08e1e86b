import { unifiedDiff } from "lib/images/diff.ts";
import { sha256 } from "lib/schema/digest.ts";
import { Content, expectType, Path, type PathInfo, Sha256 } from "lib/images/facts/files.ts";
import { type Facts, type Operation, operation } from "lib/images/operation.ts";
import { sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** Who owns a path and what may be done with it; what is left out is left as it is. */
export interface Ownership {
  readonly user?: string;
  readonly group?: string;
  /** Octal permission bits: `640` or `0640`. */
  readonly mode?: string;
}

/** `0640` → `640`. */
export const octal = (mode: string): string => {
  if (!/^0*[0-7]{3,4}$/.test(mode)) {
    throw new Problem(`Mode "${mode}" is not octal permission bits such as 644`);
  }
  return mode.replace(/^0+(?=[0-7]{3})/, "");
};

/** `user:group`, or what of it is given. */
export const owner = ({ user, group }: Ownership): string | undefined =>
  group === undefined ? user : `${user ?? ""}:${group}`;

/** The commands that give a path its owner and mode, where they differ. */
export function* ownershipChanges(
  path: string,
  info: PathInfo,
  wanted: Ownership,
  recursive = false,
): Generator<string> {
  const flag = recursive ? "-R" : undefined;
  if (wanted.mode !== undefined && octal(wanted.mode) !== info.mode) {
    yield sh`chmod ${flag} ${octal(wanted.mode)} ${path}`;
  }
  const wrongUser = wanted.user !== undefined && wanted.user !== info.user;
  const wrongGroup = wanted.group !== undefined && wanted.group !== info.group;
  if (wrongUser || wrongGroup) yield sh`chown ${flag} ${owner(wanted)!} ${path}`;
}

/** The folder a path is in: `/` for a path right under it. */
export const parentOf = (path: string): string => path.replace(/\/[^/]*$/, "") || "/";

/**
 * Refuses a relative path.
 *
 * @throws {Problem} naming it
 */
export function absolute(path: string): string {
  if (!path.startsWith("/")) throw new Problem(`"${path}" is not an absolute path`);
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/** Creates the folder a path is in, owned as given, where it is missing. */
export async function* createParent(
  facts: Facts,
  path: string,
  ownership: Ownership,
): AsyncGenerator<string> {
  const parent = parentOf(path);
  if (parent === "/" || await facts.fact(Path, parent) !== null) return;
  yield sh`mkdir -p ${parent}`;
  const who = owner({ user: ownership.user, group: ownership.group });
  if (who !== undefined) yield sh`chown ${who} ${parent}`;
}

/** What {@linkcode put} takes. */
export interface PutOptions extends Ownership {
  /** The absolute path of the file on the machine. */
  readonly dest: string;
  readonly content: string | Uint8Array;
  /** Create the file's folder where it is missing; default true. */
  readonly createParent?: boolean;
  /** Keep the content out of diffs; the mode then defaults to 600. */
  readonly secret?: boolean;
}

/**
 * Gives a file its content, owner and mode. The file changes at once (a sibling is written and
 * renamed): never half-written, never readable with the wrong mode. A new file's mode defaults to
 * 644.
 *
 * @throws {Problem} when `dest` is a directory, a link, or not absolute
 */
export function put(options: PutOptions): Operation {
  return operation("files.put", async function* (facts) {
    const dest = absolute(options.dest);
    const info = expectType(dest, await facts.fact(Path, dest), "file");
    if (options.createParent ?? true) yield* createParent(facts, dest, options);
    const current = info === null ? null : await facts.fact(Sha256, dest);
    if (info !== null && current === await sha256(options.content)) {
      yield* ownershipChanges(dest, info, options);
      return;
    }
    const mode = octal(options.mode ?? (options.secret ? "600" : info?.mode ?? "644"));
    const kept = info === null ? undefined : `${info.user}:${info.group}`;
    const who = owner(options) ?? kept;
    const partial = `${dest}.partial`;
    yield {
      shell: [
        sh`umask 077; trap ${sh`rm -f ${partial}`} EXIT; cat > ${partial}`,
        ...(kept !== undefined && who !== kept ? [sh`chown ${kept} ${partial}`] : []),
        ...(who === undefined ? [] : [sh`chown ${who} ${partial}`]),
        sh`chmod ${mode} ${partial}`,
        sh`mv -fT ${partial} ${dest}`,
      ].join(" && "),
      stdin: options.content,
      diff: await describe(facts, dest, options),
    };
  }, { claims: [`path ${options.dest}`] });
}

async function describe(
  facts: Facts,
  dest: string,
  options: PutOptions,
): Promise<string | undefined> {
  if (options.secret || typeof options.content !== "string") return undefined;
  return unifiedDiff(dest, await facts.fact(Content, dest) ?? "", options.content);
}
