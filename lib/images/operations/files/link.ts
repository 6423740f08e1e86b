import { expectType, Path } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute, createParent, owner, type Ownership } from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** What {@linkcode link} takes. */
export interface LinkOptions extends Omit<Ownership, "mode"> {
  readonly path: string;
  /** Where it points; needed unless `present` is false. */
  readonly target?: string;
  /** Whether it shall exist; default true. */
  readonly present?: boolean;
  /** Create the link's folder where it is missing; default true. */
  readonly createParent?: boolean;
}

/**
 * Creates a symbolic link, points it elsewhere, or removes it.
 *
 * @throws {Problem} when something that is no link is there, or no target is given
 */
export function link(options: LinkOptions): Operation {
  return operation("files.link", async function* (facts) {
    const path = absolute(options.path);
    const { target, present = true } = options;
    if (present && target === undefined) throw new Problem(`Link ${path} needs a target`);
    const info = expectType(path, await facts.fact(Path, path), "link");
    if (!present) {
      if (info !== null) yield sh`rm -f -- ${path}`;
      return;
    }
    const who = owner(options);
    const chown = who === undefined ? undefined : sh`chown -h ${who} ${path}`;
    if (info === null && (options.createParent ?? true)) yield* createParent(facts, path, options);
    if (info === null || info.target !== target) {
      yield sh`ln -sfn -- ${target} ${path}`;
      if (chown !== undefined) yield chown;
      return;
    }
    const wrongUser = options.user !== undefined && options.user !== info.user;
    const wrongGroup = options.group !== undefined && options.group !== info.group;
    if (chown !== undefined && (wrongUser || wrongGroup)) yield chown;
  });
}
