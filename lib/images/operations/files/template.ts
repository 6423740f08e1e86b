import { put, type PutOptions } from "lib/images/operations/files/put.ts";
import type { Operation } from "lib/images/operation.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/** Values for a template's placeholders. */
export type Variables = Readonly<Record<string, string | number | boolean>>;

/**
 * Fills `{{ name }}` placeholders.
 *
 * @param text The template
 * @param variables Their values; one that the template does not use is an error too
 * @param source The template's name, for errors
 * @throws {Problems} one line per missing or unused variable, `source:line: what`
 */
export function fill(text: string, variables: Variables, source: string): string {
  const problems: string[] = [];
  const unused = new Set(Object.keys(variables));
  const filled = text.split("\n").map((line, index) =>
    line.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => {
      unused.delete(name);
      if (Object.hasOwn(variables, name)) return String(variables[name]);
      problems.push(`${source}:${index + 1}: variable "${name}" has no value`);
      return "";
    })
  ).join("\n");
  for (const name of unused) problems.push(`${source}: variable "${name}" is not used`);
  if (problems.length > 0) throw new Problems(problems);
  return filled;
}

/** What {@linkcode template} takes: as `put`, with a template in place of the content. */
export interface TemplateOptions extends Omit<PutOptions, "content"> {
  /** The template's text. */
  readonly template: string;
  /** Its name, for errors; default `dest`. */
  readonly source?: string;
  readonly variables: Variables;
}

/**
 * Gives a file the content of a filled template; otherwise as `files.put`.
 *
 * @throws {Problem} at once when a variable is missing or unused
 */
export function template(options: TemplateOptions): Operation {
  const { template: text, source = options.dest, variables, ...rest } = options;
  if (text === "") throw new Problem(`${source}: the template is empty`);
  return { ...put({ ...rest, content: fill(text, variables, source) }), kind: "files.template" };
}
