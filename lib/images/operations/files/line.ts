import { Lines } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** What {@linkcode line} takes. */
export interface LineOptions {
  readonly path: string;
  /**
   * A regular expression (grep's basic ones) for the line; unless it is anchored with `^` or `$`,
   * any line that holds it matches, whole.
   */
  readonly line: string;
  /** Whether such a line shall exist; default true. */
  readonly present?: boolean;
  /** What a matching line shall read; appended where none matches. Default the line itself. */
  readonly replace?: string;
  /** Take `line` literally, not as a regular expression. */
  readonly literal?: boolean;
  /** Extended regular expressions. */
  readonly extended?: boolean;
}

/** Puts a backslash before everything that means something in a basic or extended expression. */
export const escapePattern = (text: string, extended = false): string =>
  text.replace(extended ? /[\\.*[\]^$+?(){}|/]/g : /[\\.*[\]^$/]/g, "\\$&");

const wholeLine = (pattern: string) =>
  `${pattern.startsWith("^") ? "" : "^.*"}${pattern}${pattern.endsWith("$") ? "" : ".*$"}`;

/** Escapes for the right side of sed's `s`, with `/` between. */
export const replacement = (text: string) => text.replace(/[\\&/]/g, "\\$&");

/** A pattern for use between sed's slashes. */
export const slashes = (pattern: string) => pattern.replace(/\\?\//g, "\\/");

/**
 * Makes sure that a file has a line, that a matching line reads as wanted, or that it is gone.
 *
 * @throws {Problem} for a line break in `line` or `replace`
 */
export function line(options: LineOptions): Operation {
  const { present = true, replace, literal = false, extended = false } = options;
  if (/\n/.test(options.line + (replace ?? ""))) {
    throw new Problem(`${options.path}: a line cannot hold a line break: use files.block`);
  }
  return operation("files.line", async function* (facts) {
    const path = absolute(options.path);
    const pattern = wholeLine(literal ? escapePattern(options.line, extended) : options.line);
    const found = await facts.fact(Lines, { path, pattern, extended });
    const flag = extended ? "-E" : undefined;
    if (!present) {
      if (found.length > 0) yield sh`sed ${flag} -i ${`/${slashes(pattern)}/d`} ${path}`;
      return;
    }
    if (found.length > 0) {
      if (replace === undefined || found.every((text) => text === replace)) return;
      yield sh`sed ${flag} -i ${`s/${slashes(pattern)}/${replacement(replace)}/`} ${path}`;
      return;
    }
    const wanted = replace ??
      (literal ? options.line : options.line.replace(/^\^/, "").replace(/\$$/, ""));
    if (replace !== undefined) {
      const exact = `^${escapePattern(replace, extended)}$`;
      if ((await facts.fact(Lines, { path, pattern: exact, extended })).length > 0) return;
    }
    // A file whose last line is not ended must not swallow the new one.
    yield `{ if [ -s ${quote(path)} ] && [ -n "$(tail -c1 ${
      quote(path)
    })" ]; then echo; fi; printf '%s\\n' ${quote(wanted)}; } >> ${quote(path)}`;
  });
}
