/** A group's glob, compiled. */
export interface Glob {
  /** Whether a name matches. */
  matches(name: string): boolean;
  /** Whether Concourse itself panics when it matches this name. */
  crashes(name: string): boolean;
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" | "single" }
  | { readonly kind: "class"; readonly source: string }
  | { readonly kind: "terms"; readonly terms: readonly Part[][] };

const escape = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const escapeInClass = (text: string) => escape(text).replaceAll("-", "\\-");

class GlobParser {
  #letters: string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#letters = [...pattern];
  }

  /** Parses up to the end, or within braces up to `,` or `}`; `undefined` when malformed. */
  sequence(): Part[] | undefined {
    const parts: Part[] = [];
    for (;;) {
      const letter = this.#letters[this.#at];
      if (letter === undefined || this.#depth > 0 && (letter === "," || letter === "}")) {
        return parts;
      }
      if (letter === "*" || letter === "?") {
        this.#at++;
        parts.push({ kind: letter === "*" ? "any" : "single" });
      } else if (letter === "[") {
        const part = this.#class();
        if (!part) return undefined;
        parts.push(part);
      } else if (letter === "{") {
        const part = this.#terms();
        if (!part) return undefined;
        parts.push(part);
      } else parts.push(this.#text("*?[{" + (this.#depth > 0 ? ",}" : "")));
    }
  }

  #text(breakers: string): Part {
    let text = "";
    for (; this.#at < this.#letters.length; this.#at++) {
      const letter = this.#letters[this.#at];
      if (letter === "\\") text += this.#letters[++this.#at] ?? "";
      else if (breakers.includes(letter)) break;
      else text += letter;
    }
    return { kind: "text", text };
  }

  #terms(): Part | undefined {
    this.#at++;
    this.#depth++;
    const terms: Part[][] = [];
    for (;;) {
      const term = this.sequence();
      if (!term) return undefined;
      terms.push(term);
      const letter = this.#letters[this.#at++];
      if (letter === ",") continue;
      this.#depth--;
      return { kind: "terms", terms };
    }
  }

  #class(): Part | undefined {
    const letters = this.#letters;
    this.#at++;
    const negated = letters[this.#at] === "!";
    if (negated) this.#at++;
    const first = letters[this.#at];
    if (first === undefined) return undefined;
    let source: string;
    if (letters[this.#at + 1] === "-") {
      const high = letters[this.#at + 2];
      if (high === undefined || high < first) return undefined;
      source = `${escapeInClass(first)}-${escapeInClass(high)}`;
      this.#at += 3;
    } else {
      const text = this.#text("]");
      if (text.kind !== "text" || text.text === "") return undefined;
      source = escapeInClass(text.text);
    }
    if (letters[this.#at] !== "]") return undefined;
    this.#at++;
    return { kind: "class", source: `[${negated ? "^" : ""}${source}]` };
  }
}

function toSource(parts: readonly Part[]): string {
  return parts.map((part) => {
    switch (part.kind) {
      case "text":
        return escape(part.text);
      case "any":
        return ".*";
      case "single":
        return ".";
      case "class":
        return part.source;
      case "terms":
        return `(?:${part.terms.map(toSource).join("|")})`;
    }
  }).join("");
}

/**
 * Compiles a group's glob: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, `{a,b}`; `*` crosses `/`.
 *
 * Reproduces two faults of the library that Concourse uses: in a pattern of fixed length a letter
 * of more than one byte is not matched by `?` or a class, nor may a text end in one before the next
 * part; and a text followed by empty braces makes it panic on the job of that name.
 *
 * @returns `undefined` for a malformed one
 * @see {@link https://github.com/gobwas/glob/tree/v0.2.3}
 */
export function compileGlob(pattern: string): Glob | undefined {
  const parts = new GlobParser(pattern).sequence();
  if (!parts) return undefined;
  const [text, terms] = parts;
  const prefix = parts.length === 2 && text.kind === "text" && terms.kind === "terms" &&
      terms.terms.every((term) => term.length === 0)
    ? text.text
    : undefined;
  const fixed = parts.length > 1 &&
    parts.every(({ kind }) => kind === "text" || kind === "single" || kind === "class");
  const expression = new RegExp(
    `^${
      fixed
        ? parts.map((part) => part.kind === "text" ? escape(part.text) : onlyAscii(part)).join("")
        : toSource(parts)
    }$`,
    "su",
  );
  return {
    matches: (name) => expression.test(name),
    crashes: (name) => name === prefix,
  };
}

function onlyAscii(part: Part): string {
  return `(?=[\\0-\\x7f])${toSource([part])}`;
}
