import { expectType, Path } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import {
  absolute,
  createParent,
  octal,
  owner,
  type Ownership,
  ownershipChanges,
} from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";

/** What {@linkcode file} takes. */
export interface FileOptions extends Ownership {
  readonly path: string;
  /** Whether it shall exist; default true. */
  readonly present?: boolean;
  /** Set its modification time to now; a change on every run. */
  readonly touch?: boolean;
  /** Create the file's folder where it is missing; default true. */
  readonly createParent?: boolean;
}

/**
 * Creates an empty file where there is none, gives it owner and mode, or removes it.
 *
 * @throws {Problem} when something that is no file is there
 */
export function file(options: FileOptions): Operation {
  return operation("files.file", async function* (facts) {
    const path = absolute(options.path);
    const info = expectType(path, await facts.fact(Path, path), "file");
    if (options.present === false) {
      if (info !== null) yield sh`rm -f -- ${path}`;
      return;
    }
    if (info !== null) {
      if (options.touch) yield sh`touch ${path}`;
      yield* ownershipChanges(path, info, options);
      return;
    }
    if (options.createParent ?? true) yield* createParent(facts, path, options);
    yield sh`touch ${path}`;
    if (options.mode !== undefined) yield sh`chmod ${octal(options.mode)} ${path}`;
    const who = owner(options);
    if (who !== undefined) yield sh`chown ${who} ${path}`;
  }, { idempotent: !options.touch });
}
