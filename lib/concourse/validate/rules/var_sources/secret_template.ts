const FIELDS = new Set(["Team", "Pipeline", "Secret"]);
const ACTION = /\{\{(-\s)?([\s\S]*?)(\s-)?\}\}/g;

/**
 * Checks the path template of a credential manager: not empty, its actions closed, and no field but
 * `.Team`, `.Pipeline` and `.Secret`. Other actions of Go's templates are taken as they are.
 *
 * @param name The template's name in messages
 * @returns What is wrong, in the words of Go
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/creds/secret_var_lookup_rules.go}
 */
export function checkSecretTemplate(name: string, template: string): string | undefined {
  const lineOf = (at: number) => template.slice(0, at).split("\n").length;
  const bare = template.replace(ACTION, (_, _open, action) => action.startsWith("/*") ? "" : "x");
  const open = template.replace(ACTION, (action) => " ".repeat(action.length)).indexOf("{{");
  if (open >= 0) return `template: ${name}:${lineOf(open)}: unclosed action`;
  for (const match of template.matchAll(ACTION)) {
    const action = match[2].trim(), line = lineOf(match.index);
    if (action === "") return `template: ${name}:${line}: missing value for command`;
  }
  if (bare.trim() === "") return "secret template should not be empty";
  for (const match of template.matchAll(ACTION)) {
    const used = /^\s*\.([\p{L}_][\p{L}\d_]*)\s*$/u.exec(match[2]);
    if (!used || FIELDS.has(used[1])) continue;
    const at = match.index + match[0].indexOf(".");
    const column = at - (template.lastIndexOf("\n", at - 1) + 1);
    return `template: ${name}:${lineOf(at)}:${column}: executing "${name}" at <.${
      used[1]
    }>: can't evaluate field ${
      used[1]
    } in type *struct { Team string; Pipeline string; Secret string }`;
  }
  return undefined;
}
