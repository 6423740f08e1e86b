import { Problem } from "lib/schema/problem.ts";

/** What `((source:path.field))` refers to. */
export interface Reference {
  /** The var source; empty for the pipeline's own vars, `.` for a build's local vars. */
  readonly source: string;
  readonly path: string;
  readonly fields: readonly string[];
}

/** Splits at the first (or every) separator that is not in double quotes. */
function findUnquoted(text: string, separator: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) return at;
  }
  return -1;
}

/**
 * Reads a reference as it stands between `((` and `))`.
 *
 * @throws {Problem} for an empty field or a quoted source
 * @see {@link https://github.com/concourse/concourse/blob/master/vars/variables.go}
 */
export function parseReference(name: string): Reference {
  let rest = name, source = "";
  const colon = findUnquoted(rest, ":");
  if (colon >= 0) {
    source = rest.slice(0, colon);
    if (source.includes('"')) throw new Problem(`invalid var '${name}': source must not be quoted`);
    rest = rest.slice(colon + 1);
  }
  const fields: string[] = [];
  for (let more = true; more;) {
    const dot = findUnquoted(rest, ".");
    more = dot >= 0;
    const field = (more ? rest.slice(0, dot) : rest).trim().replaceAll('"', "");
    rest = more ? rest.slice(dot + 1) : "";
    if (field === "") throw new Problem(`invalid var '${name}': empty field`);
    fields.push(field);
  }
  return { source, path: fields[0], fields: fields.slice(1) };
}

/** A reference as Concourse writes it in messages. */
export function formatReference({ source, path, fields }: Reference): string {
  const segments = [path, ...fields].map((segment) =>
    /[,.:/ ]/.test(segment) ? JSON.stringify(segment) : segment
  );
  return (source === "" ? "" : `${source}:`) + segments.join(".");
}

const REFERENCE = /\(\((([-/.\w\p{L}]+:)?[-/.:@"\w\p{L}]+)\)\)/gu;
const WHOLE = /^\(\((([-/.\w\p{L}]+:)?[-/.:@"\w\p{L}]+)\)\)$/u;

/** The references in a text, in order, as they stand between `((` and `))`. */
export function referencesIn(text: string): string[] {
  if (!text.includes("((")) return [];
  return Array.from(text.matchAll(REFERENCE), (match) => match[1]);
}

/** Whether a text is one reference and nothing else. */
export function isReference(text: string): boolean {
  return WHOLE.test(text);
}
