import { expectType, Path, Sha256 } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import {
  absolute,
  octal,
  owner,
  type Ownership,
  ownershipChanges,
  parentOf,
} from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";

/** What {@linkcode download} takes. */
export interface DownloadOptions extends Ownership {
  readonly url: string;
  readonly dest: string;
  /**
   * The file's SHA-256, in hex. Without one a file that is there is taken as right, whatever it is,
   * unless `force`.
   */
  readonly sha256?: string;
  /** Download even a file that is there and right. */
  readonly force?: boolean;
}

/**
 * Downloads a file with curl, checks its digest, and puts it in place at once: a truncated or wrong
 * download never gets there.
 *
 * @throws {Problem} when something that is no file is at `dest`
 */
export function download(options: DownloadOptions): Operation {
  return operation("files.download", async function* (facts) {
    const dest = absolute(options.dest);
    const info = expectType(dest, await facts.fact(Path, dest), "file");
    const isRight = info !== null && !options.force &&
      (options.sha256 === undefined || await facts.fact(Sha256, dest) === options.sha256);
    if (isRight) {
      yield* ownershipChanges(dest, info, options);
      return;
    }
    const who = owner(options);
    const lines = [
      "set -e",
      `t=$(mktemp ${quote(`${parentOf(dest)}/.download-XXXXXX`)})`,
      `trap 'rm -f "$t"' EXIT`,
      sh`curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 --max-time 600 -o "$t" ${options.url}`,
      ...(options.sha256 === undefined ? [] : [
        `echo ${quote(options.sha256)}"  $t" | sha256sum --status -c || { echo ${
          quote(`${options.url} does not have the SHA-256 ${options.sha256}`)
        } >&2; exit 1; }`,
      ]),
      `chmod ${octal(options.mode ?? "644")} "$t"`,
      ...(who === undefined ? [] : [`chown ${quote(who)} "$t"`]),
      `mv -fT "$t" ${quote(dest)}`,
    ];
    yield { shell: lines.join("\n"), retries: 2 };
  }, { idempotent: !options.force, claims: [`path ${options.dest}`] });
}
