/** What is where in the file system. @module */
import { defineFact } from "lib/images/operation.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** One entry of the file system. */
export interface PathInfo {
  readonly type: "file" | "directory" | "link" | "other";
  /** Octal permission bits, without a leading zero: `644`. */
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Where a link points; only for links. */
  readonly target?: string;
}

const TYPES: Record<string, PathInfo["type"]> = {
  "regular file": "file",
  "regular empty file": "file",
  "directory": "directory",
  "symbolic link": "link",
};

/** What a path is, itself, links not followed; `null` where there is nothing. */
export const Path = defineFact<string, PathInfo | null>({
  name: "files.Path",
  command: (path) =>
    sh`if [ -e ${path} ] || [ -L ${path} ]; then stat -c '%F|%a|%U|%G|%s|%Y' -- ${path} && readlink -- ${path} || true; fi`,
  parse(stdout) {
    const [line, ...target] = stdout.replace(/\n$/, "").split("\n");
    if (line === "") return null;
    const [type, mode, user, group, size, mtime] = line.split("|");
    const info = {
      type: TYPES[type] ?? "other",
      mode,
      user,
      group,
      size: Number(size),
      mtime: Number(mtime),
    };
    return info.type === "link" ? { ...info, target: target.join("\n") } : info;
  },
});

/** A file's SHA-256 in hex, links followed; `null` where there is no file. */
export const Sha256 = defineFact<string, string | null>({
  name: "files.Sha256",
  command: (path) => sh`if [ -f ${path} ]; then sha256sum < ${path}; fi`,
  parse: (stdout) => stdout.split(" ")[0] || null,
});

/** The text of a file of at most 256 KiB; `null` where there is none, it is larger, or not UTF-8. */
export const Content = defineFact<string, string | null>({
  name: "files.Content",
  command: (path) =>
    sh`if [ -f ${path} ] && [ "$(stat -Lc %s -- ${path})" -le 262144 ]; then echo yes; cat -- ${path}; fi`,
  parse: (stdout) =>
    stdout.startsWith("yes\n") && !stdout.includes("\uFFFD") ? stdout.slice(4) : null,
});

/** The lines of a file in which a regular expression (grep's) is found; none where no file is. */
export const Lines = defineFact<{ path: string; pattern: string; extended?: boolean }, string[]>({
  name: "files.Lines",
  command: ({ path, pattern, extended }) =>
    `if [ -f ${quote(path)} ]; then grep ${extended ? "-E " : ""}-e ${quote(pattern)} -- ${
      quote(path)
    } || [ $? = 1 ]; fi`,
  parse: (stdout) => stdout === "" ? [] : stdout.replace(/\n$/, "").split("\n"),
});

/**
 * What an earlier `files.unpackRelease` left: the archive's digest, if all it placed is intact.
 * Files whose size and times are as noted are taken as such; others are read in full.
 */
export const InstalledRelease = defineFact<{ stamp: string; to: string }, string | null>({
  name: "files.InstalledRelease",
  command: ({ stamp, to }) =>
    sh`if [ -f ${stamp} ] && { find ${to} -type f -exec stat -c '%s %y %z %n' {} + 2>/dev/null | cmp -s - ${`${stamp}.stat`} || tail -n +2 ${stamp} | sha256sum --status -c 2>/dev/null; }; then head -n 1 ${stamp}; fi`,
  parse: (stdout) => stdout.trim() || null,
});

/**
 * The path's entry, if it is of the wanted type or missing.
 *
 * @throws {Problem} when something else is there: it is never removed unasked
 */
export function expectType(
  path: string,
  info: PathInfo | null,
  wanted: PathInfo["type"],
): PathInfo | null {
  if (info === null || info.type === wanted) return info;
  const is = info.type === "other" ? "something else" : `a ${info.type}`;
  throw new Problem(`${path} is ${is}, not a ${wanted}: remove it, or choose another path`);
}
