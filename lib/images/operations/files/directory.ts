import { expectType, Path } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import {
  absolute,
  octal,
  owner,
  type Ownership,
  ownershipChanges,
} from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";

/** What {@linkcode directory} takes. */
export interface DirectoryOptions extends Ownership {
  readonly path: string;
  /** Whether it shall exist; default true. */
  readonly present?: boolean;
  /** Give everything below the same owner and mode whenever the directory's own differ. */
  readonly recursive?: boolean;
}

/**
 * Creates a directory with its parents, gives it owner and mode, or removes it with all in it.
 *
 * @throws {Problem} when something that is no directory is there
 */
export function directory(options: DirectoryOptions): Operation {
  return operation("files.directory", async function* (facts) {
    const path = absolute(options.path);
    const info = expectType(path, await facts.fact(Path, path), "directory");
    if (options.present === false) {
      if (info !== null) yield sh`rm -rf -- ${path}`;
      return;
    }
    if (info !== null) {
      yield* ownershipChanges(path, info, options, options.recursive);
      return;
    }
    const who = owner(options);
    yield [
      sh`mkdir -p ${path}`,
      ...(options.mode === undefined ? [] : [sh`chmod ${octal(options.mode)} ${path}`]),
      ...(who === undefined ? [] : [sh`chown ${who} ${path}`]),
    ].join(" && ");
  });
}
