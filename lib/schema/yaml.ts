/**
 * The one place where YAML is parsed and written, so that a move to another library stays local.
 * Pipelines are written by lib/concourse, which needs YAML 1.1 care.
 *
 * @module
 */
import { isAlias, parseDocument, stringify, visit } from "yaml";
import { Problems } from "lib/schema/problem.ts";

/**
 * Parses one YAML 1.2 document.
 *
 * @param text The document
 * @param source Its file name, for the error
 * @returns Plain data; `null` for an empty document
 * @throws {Problems} with `source:line:column: what` for every fault, duplicate keys included
 */
export function parseYaml(text: string, source: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new Problems(document.errors.map((error) => {
      const at = error.linePos?.[0];
      const [what] = error.message.split(/ at line \d+|\n/);
      return `${source}:${at?.line ?? 1}:${at?.col ?? 1}: ${what}`;
    }));
  }
  let aliases = 0;
  visit(document, (_key, node) => {
    if (isAlias(node)) aliases++;
  });
  return document.toJS({ maxAliasCount: Math.min(100, aliases + 1) });
}

/**
 * Writes YAML: no anchors, no line folding, two spaces. Ends with a newline.
 *
 * @param options.quoted Every text in double quotes, for readers that know more numbers and dates than
 * YAML 1.2 does. Default only where YAML 1.2 needs them
 */
export function stringifyYaml(value: unknown, options: { readonly quoted?: boolean } = {}): string {
  return stringify(value, {
    aliasDuplicateObjects: false,
    lineWidth: 0,
    ...(options.quoted
      ? { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_DOUBLE" }
      : {}),
  });
}
