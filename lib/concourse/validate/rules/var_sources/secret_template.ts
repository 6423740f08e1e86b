import {
  isBlock,
  type TemplateAction,
  templateActions,
  TemplateError,
} from "lib/concourse/validate/go/template.ts";

const FIELDS = new Set(["Team", "Pipeline", "Secret"]);

/**
 * Checks the path template of a credential manager: well-formed, not empty, no function that Go's
 * templates lack, and no field but `.Team`, `.Pipeline` and `.Secret`. What depends on conditions and
 * loops is taken as it is.
 *
 * @param name The template's name in messages
 * @returns What is wrong, in the words of Go
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/creds/secret_var_lookup_rules.go}
 */
export function checkSecretTemplate(name: string, template: string): string | undefined {
  const lineOf = (at: number) => template.slice(0, at).split("\n").length;
  let actions: TemplateAction[];
  try {
    actions = templateActions(template);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `template: ${name}:${lineOf(error.at)}: ${error.message}`;
  }
  if (actions.length === 0 && template.replace(/\{\{[^]*?\}\}/g, "").trim() === "") {
    return "secret template should not be empty";
  }
  const fault = actions.some(isBlock) ? undefined : actions.map(unknownField).find(Boolean);
  if (fault === undefined) return undefined;
  const { at, chain, message } = fault;
  const before = template.slice(template.lastIndexOf("\n", at - 1) + 1, at);
  const column = new TextEncoder().encode(before).length;
  return `template: ${name}:${lineOf(at)}:${column}: executing "${name}" at <${chain}>: ${message}`;
}

/** The first field in an action that a secret's path has not. */
function unknownField({ tokens }: TemplateAction) {
  for (let index = 0; index < tokens.length; index++) {
    if (tokens[index].kind !== "field" || tokens[index].attached && index > 0) continue;
    let end = index + 1;
    while (tokens[end]?.kind === "field" && tokens[end].attached) end++;
    const chain = tokens.slice(index, end);
    const [first, second] = chain.map(({ text }) => text.slice(1));
    const message = !FIELDS.has(first)
      ? `can't evaluate field ${first} in type *struct { Team string; Pipeline string; Secret string }`
      : second !== undefined
      ? `can't evaluate field ${second} in type string`
      : undefined;
    if (message !== undefined) {
      return {
        at: (chain[1] ?? chain[0]).at,
        chain: chain.map(({ text }) => text).join(""),
        message,
      };
    }
  }
  return undefined;
}
