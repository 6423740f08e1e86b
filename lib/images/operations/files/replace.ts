import { Lines } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { replacement, slashes } from "lib/images/operations/files/line.ts";
import { absolute } from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";

/**
 * Replaces every match of a regular expression (sed's) in a file; nothing where none matches. It
 * cannot be idempotent when the replacement matches too.
 *
 * @param options `text`: the expression; `replace`: what it becomes, `&` and `\1` literal;
 * `extended`: extended expressions
 */
export function replace(
  options: { path: string; text: string; replace: string; extended?: boolean },
): Operation {
  return operation("files.replace", async function* (facts) {
    const path = absolute(options.path);
    const { text, extended } = options;
    if ((await facts.fact(Lines, { path, pattern: text, extended })).length === 0) return;
    const script = `s/${slashes(text)}/${replacement(options.replace)}/g`;
    yield sh`sed ${extended && "-E"} -i ${script} ${path}`;
  });
}
