import type { Path } from "lib/iam/finding.ts";
import { pathKey, type Positions } from "lib/iam/json/position.ts";

/** Something in a text that strict JSON (RFC 8259) does not allow. */
export interface JsonFault {
  /** Zero-based offset in the text. */
  readonly offset: number;
  readonly message: string;
  /** The path of the value in which it stands. */
  readonly path: Path;
}

/** What a text says, as far as it could be understood. */
export interface ParsedJson {
  /** The value; `undefined` when nothing could be made of the text. */
  readonly value: unknown;
  readonly faults: readonly JsonFault[];
  readonly positions: Positions;
}

const MAX_DEPTH = 100;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Stop extends Error {}

/**
 * Parses JSON strictly but goes on after what a person most likely meant: comments, trailing commas, a
 * byte order mark, single quotes and duplicate keys are faults, and what follows is still read. Any
 * other fault ends the parse. Never throws.
 */
export function parseJson(text: string): ParsedJson {
  const faults: JsonFault[] = [];
  const positions = new Map<string, number>();
  const path: (string | number)[] = [];
  let at = 0;

  const fault = (message: string, offset = at) => {
    faults.push({ offset, message, path: [...path] });
  };
  const fail = (message: string, offset = at): never => {
    fault(message, offset);
    throw new Stop();
  };
  const describe = () => at >= text.length ? "the end of the text" : JSON.stringify(text[at]);

  function blanks(): void {
    for (;;) {
      const char = text[at];
      if (char === " " || char === "\t" || char === "\n" || char === "\r") at++;
      else if (char === "/" && (text[at + 1] === "/" || text[at + 1] === "*")) comment();
      else if (char === "#") comment();
      else return;
    }
  }

  function comment(): void {
    fault("Comments are not allowed in JSON");
    const end = text.startsWith("/*", at) ? text.indexOf("*/", at) : text.indexOf("\n", at);
    at = end === -1 ? text.length : text.startsWith("/*", at) ? end + 2 : end;
  }

  function string(): string {
    const start = at;
    const quote = text[at];
    if (quote === "'") fault("Strings need double quotes");
    at++;
    let out = "";
    let from = at;
    for (;;) {
      const char = text[at];
      if (char === undefined) fail("Unterminated string", start);
      if (char === quote) break;
      if (char === "\\") {
        out += text.slice(from, at);
        at++;
        const escape = text[at];
        if (escape === "u") {
          const hex = text.slice(at + 1, at + 5);
          if (!/^[0-9a-fA-F]{4}$/.test(hex)) fail("\\u needs four hexadecimal digits", at - 1);
          out += String.fromCharCode(parseInt(hex, 16));
          at += 5;
        } else if (escape in ESCAPES && escape !== undefined) {
          out += ESCAPES[escape];
          at++;
        } else {
          fault(`Unknown escape \\${escape ?? ""}`, at - 1);
          out += escape ?? "";
          at++;
        }
        from = at;
        continue;
      }
      if (char < " ") {
        fault("Control characters in a string have to be escaped");
        if (char === "\n") fail("Unterminated string", start);
      }
      at++;
    }
    out += text.slice(from, at);
    at++;
    return out;
  }

  function object(): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    at++;
    blanks();
    while (text[at] !== "}") {
      if (text[at] !== '"' && text[at] !== "'") fail(`Expected a key but got ${describe()}`);
      const keyAt = at;
      const key = string();
      blanks();
      if (text[at] !== ":") fail(`Expected ":" after ${JSON.stringify(key)} but got ${describe()}`);
      at++;
      path.push(key);
      if (key in result) fault(`Duplicate key ${JSON.stringify(key)}`, keyAt);
      result[key] = value();
      path.pop();
      blanks();
      if (text[at] === ",") {
        const comma = at++;
        blanks();
        if (text[at] === "}") fault("Trailing comma", comma);
      } else if (text[at] !== "}") {
        fail(`Expected "," or "}" but got ${describe()}`);
      }
    }
    at++;
    return result;
  }

  function array(): unknown[] {
    const result: unknown[] = [];
    at++;
    blanks();
    while (text[at] !== "]") {
      path.push(result.length);
      result.push(value());
      path.pop();
      blanks();
      if (text[at] === ",") {
        const comma = at++;
        blanks();
        if (text[at] === "]") fault("Trailing comma", comma);
      } else if (text[at] !== "]") {
        fail(`Expected "," or "]" but got ${describe()}`);
      }
    }
    at++;
    return result;
  }

  function value(): unknown {
    blanks();
    if (path.length > MAX_DEPTH) fail(`Nested deeper than ${MAX_DEPTH} levels`);
    positions.set(pathKey(path), at);
    const char = text[at];
    if (char === "{") return object();
    if (char === "[") return array();
    if (char === '"' || char === "'") return string();
    const word = /[-+.A-Za-z0-9_]*/y;
    word.lastIndex = at;
    const token = word.exec(text)![0];
    if (token === "true" || token === "false" || token === "null") {
      at += token.length;
      return token === "null" ? null : token === "true";
    }
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(token)) {
      at += token.length;
      return Number(token);
    }
    return fail(
      token === ""
        ? `Expected a value but got ${describe()}`
        : `${JSON.stringify(token.slice(0, 40))} is no JSON value`,
    );
  }

  if (text.startsWith("\uFEFF")) {
    fault("A byte order mark is not allowed before JSON");
    at = 1;
  }
  let result: unknown;
  try {
    result = value();
    blanks();
    if (at < text.length) fault(`Unexpected ${describe()} after the document`);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    result = undefined;
  }
  return { value: result, faults, positions };
}
