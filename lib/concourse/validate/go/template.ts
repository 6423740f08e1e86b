/** The functions that Go's templates have without being given any. */
const FUNCTIONS = new Set(
  "and call eq ge gt html index js le len lt ne not or print printf println slice urlquery"
    .split(" "),
);
const KEYWORDS = new Set(
  "block break continue define else end false if nil range template true with".split(" "),
);

const TOKEN = new RegExp(
  [
    /(?<blank>\s+)/u,
    /(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+')/u,
    /(?<field>\.[\p{L}_][\p{L}\d_]*)/u,
    /(?<number>[+-]?\.?\d[\p{L}\d_.]*)/u,
    /(?<variable>\$[\p{L}\d_]*)/u,
    /(?<word>[\p{L}_][\p{L}\d_]*)/u,
    /(?<sign>\.|:=|=|\||\(|\)|,)/u,
  ].map(({ source }) => source).join("|"),
  "yu",
);
const CLOSING = /(?:\s+-)?\}\}/y;
/** What may stand right after a field, a variable or a word. */
const ENDS_NAME = /[\s.,|:()]|\}\}|$/y;
const UNTERMINATED: Readonly<Record<string, string>> = {
  '"': "unterminated quoted string",
  "`": "unterminated raw quoted string",
  "'": "unterminated character constant",
};

/** A piece of an action. */
export interface TemplateToken {
  readonly kind: "text" | "field" | "number" | "variable" | "word" | "sign";
  readonly text: string;
  /** Its place in the template, from 0. */
  readonly at: number;
  /** Whether nothing stands between it and the piece before. */
  readonly attached: boolean;
}

/** `{{…}}` in a template, without comments. */
export interface TemplateAction {
  readonly tokens: readonly TemplateToken[];
  readonly end: number;
  readonly start: number;
}

/** What Go says of a template that it cannot parse. */
export class TemplateError extends Error {
  /** @param at The place in the template, from 0 */
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

/**
 * Splits a template into its actions as Go's `text/template` does. How operands are put together and
 * whether blocks are closed is not looked at.
 *
 * @throws {TemplateError} for the first that is malformed or calls what there is not
 * @see {@link https://pkg.go.dev/text/template}
 */
export function templateActions(template: string): TemplateAction[] {
  const actions: TemplateAction[] = [];
  const variables = new Set(["$"]);
  for (let start = template.indexOf("{{"); start >= 0;) {
    let at = start + 2;
    if (/^-\s/.test(template.slice(at, at + 2))) at += 2;
    let end: number;
    if (template.startsWith("/*", at)) {
      const close = template.indexOf("*/", at);
      if (close < 0) throw new TemplateError("unclosed comment", at);
      end = template.indexOf("}}", close);
      if (end < 0) throw new TemplateError("comment ends before closing delimiter", close);
      end += 2;
    } else {
      const tokens = actionTokens(template, at);
      end = tokens.end;
      check(tokens.tokens, start, variables);
      actions.push({ ...tokens, start });
    }
    start = template.indexOf("{{", end);
  }
  return actions;
}

function actionTokens(template: string, start: number) {
  const tokens: TemplateToken[] = [];
  let at = start, attached = false;
  for (;;) {
    CLOSING.lastIndex = at;
    if (CLOSING.test(template)) return { tokens, end: CLOSING.lastIndex };
    if (at >= template.length) throw new TemplateError("unclosed action", start);
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(template);
    if (!match) {
      const letter = String.fromCodePoint(template.codePointAt(at)!);
      throw new TemplateError(UNTERMINATED[letter] ?? `unexpected "${letter}" in command`, at);
    }
    const [kind, text] = Object.entries(match.groups!).find(([, found]) => found !== undefined)!;
    const next = at + text.length;
    if (["field", "variable", "word"].includes(kind)) endsName(template, next);
    if (kind !== "blank") {
      tokens.push({ kind: kind as TemplateToken["kind"], text, at, attached });
    }
    attached = kind !== "blank";
    at = next;
  }
}

function endsName(template: string, at: number): void {
  ENDS_NAME.lastIndex = at;
  if (ENDS_NAME.test(template)) return;
  const letter = String.fromCodePoint(template.codePointAt(at)!);
  const code = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  throw new TemplateError(`bad character U+${code} '${letter}'`, at);
}

function check(tokens: readonly TemplateToken[], at: number, variables: Set<string>): void {
  if (tokens.length === 0) throw new TemplateError("missing value for command", at);
  tokens.forEach(({ kind, text, at }, index) => {
    if (kind === "word" && !FUNCTIONS.has(text) && !KEYWORDS.has(text)) {
      throw new TemplateError(`function "${text}" not defined`, at);
    }
    if (kind !== "variable") return;
    if ([":=", ","].includes(tokens[index + 1]?.text)) variables.add(text);
    else if (!variables.has(text)) throw new TemplateError(`undefined variable "${text}"`, at);
  });
}

/** Whether an action opens, parts or closes a block: what is inside it may not be evaluated. */
export function isBlock({ tokens: [first] }: TemplateAction): boolean {
  return first.kind === "word" && KEYWORDS.has(first.text) && !/^(?:true|false)$/.test(first.text);
}
