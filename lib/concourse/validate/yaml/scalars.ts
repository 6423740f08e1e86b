import {
  type Cursor,
  isBlank,
  isBlankOrEnd,
  isBreak,
  YamlError,
} from "lib/concourse/validate/yaml/cursor.ts";

const ESCAPES: Record<string, string> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };

/** Joins what stood on two lines: one newline is a space, more are one fewer. */
function fold(first: string, more: string): string {
  if (first !== "\n") return first + more;
  return more === "" ? " " : more;
}

/** Passes blanks and line ends between a scalar's words and returns what they stand for. */
function between(cursor: Cursor, afterBreak: boolean): { text: string; broken: boolean } {
  let blanks = "", first = "", more = "", broken = afterBreak;
  for (let code = cursor.peek();; code = cursor.peek()) {
    if (isBlank(code)) {
      if (!broken) blanks += cursor.text[cursor.pos];
      cursor.pos++;
    } else if (isBreak(code)) {
      if (broken) more += cursor.newline();
      else {
        first = cursor.newline();
        broken = true;
      }
    } else break;
  }
  return { text: broken ? fold(first, more) : blanks, broken };
}

function unescape(cursor: Cursor, fail: (message: string) => never): string {
  const letter = cursor.text[cursor.pos + 1];
  cursor.pos += 2;
  if (letter in ESCAPES) return ESCAPES[letter];
  const length = HEX_DIGITS[letter];
  if (length === undefined) fail("found unknown escape character");
  const digits = cursor.text.slice(cursor.pos, cursor.pos + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    fail("did not find expected hexdecimal number");
  }
  const code = parseInt(digits, 16);
  if (code >= 0xd800 && code <= 0xdfff || code > 0x10ffff) {
    fail("found invalid Unicode character escape code");
  }
  cursor.pos += length;
  return String.fromCodePoint(code);
}

/**
 * Reads a single- or double-quoted scalar at the cursor.
 *
 * @throws {YamlError} when it does not end or has an unknown escape
 */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.here();
  const fail = (message: string): never => {
    throw new YamlError(`${message} in a quoted text`, start);
  };
  const quote = cursor.peek();
  const single = quote === 0x27;
  const { text } = cursor;
  let value = "";
  cursor.pos++;
  for (;;) {
    if (cursor.atDocumentMarker()) fail("found unexpected document indicator");
    if (cursor.atEnd) fail("found unexpected end of stream");
    let escapedBreak = false;
    let run = cursor.pos;
    for (let code = cursor.peek(); !isBlankOrEnd(code); code = cursor.peek()) {
      if (code === quote) {
        if (!single || cursor.peek(1) !== quote) break;
        value += text.slice(run, cursor.pos + 1);
        cursor.pos += 2;
        run = cursor.pos;
      } else if (!single && code === 0x5c) {
        value += text.slice(run, cursor.pos);
        if (isBreak(cursor.peek(1))) {
          cursor.pos++;
          cursor.newline();
          run = cursor.pos;
          escapedBreak = true;
          break;
        }
        if (cursor.peek(1) === 0) fail("found unexpected end of stream");
        value += unescape(cursor, fail);
        run = cursor.pos;
      } else cursor.pos++;
    }
    value += text.slice(run, cursor.pos);
    if (cursor.peek() === quote) break;
    const gap = between(cursor, escapedBreak);
    value += gap.text;
  }
  cursor.pos++;
  return value;
}

/**
 * Reads a plain scalar at the cursor.
 *
 * @param indent The least column of its further lines
 * @param inFlow Whether it stands in `[]` or `{}`
 * @returns The text, and whether it was followed by a line's end
 * @throws {YamlError} for a tab where indentation is expected
 */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  inFlow: boolean,
): { value: string; broken: boolean } {
  const { text } = cursor;
  let value = "", gap = "", broken = false;
  for (;;) {
    if (cursor.atDocumentMarker() || cursor.peek() === 0x23) break;
    const run = cursor.pos;
    for (let code = cursor.peek(); !isBlankOrEnd(code); code = cursor.peek()) {
      if (code === 0x3a && isBlankOrEnd(cursor.peek(1))) break;
      if (
        inFlow && (code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d ||
          code === 0x7b || code === 0x7d)
      ) break;
      cursor.pos++;
    }
    if (cursor.pos > run) {
      value += gap + text.slice(run, cursor.pos);
      gap = "";
      broken = false;
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    refuseTab(cursor, indent, broken);
    const next = between(cursor, broken);
    gap = broken ? gap + next.text : next.text;
    broken = next.broken;
    if (!inFlow && cursor.column < indent) break;
  }
  return { value, broken };
}

/** A tab among the blanks that indent a plain scalar's next line is an error. */
function refuseTab(cursor: Cursor, indent: number, afterBreak: boolean): void {
  const { text } = cursor;
  let column = cursor.column, broken = afterBreak, line = cursor.line;
  for (let at = cursor.pos;; at++) {
    const code = text.charCodeAt(at);
    if (isBreak(code)) {
      if (!(code === 0x0d && text.charCodeAt(at + 1) === 0x0a)) line++;
      broken = true;
      column = 0;
    } else if (!isBlank(code)) return;
    else {
      if (broken && code === 0x09 && column < indent) {
        throw new YamlError("found a tab character that violates indentation", {
          line: line + 1,
          column: column + 1,
        });
      }
      column++;
    }
  }
}

/**
 * Reads a block scalar (`|` or `>`) at the cursor.
 *
 * @param parentIndent The column of the block that it stands in, -1 at the top
 * @throws {YamlError} for a wrong header or a tab in its indentation
 */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const start = cursor.here();
  const literal = cursor.peek() === 0x7c;
  cursor.pos++;
  const header = /^(?:([+-])(\d?)|(\d)([+-]?))?/.exec(
    cursor.text.slice(cursor.pos, cursor.pos + 2),
  )!;
  const chomping = header[1] ?? header[4] ?? "";
  const digit = header[2] || header[3] || "";
  if (digit === "0") throw new YamlError("found an indentation indicator equal to 0", start);
  cursor.pos += header[0].length;
  if (!cursor.restOfLine()) {
    throw new YamlError("did not find expected comment or line break in a block text", start);
  }
  let indent = digit === "" ? 0 : Math.max(parentIndent, 0) + Number(digit);

  const emptyLines = (): string => {
    let breaks = "", widest = 0;
    for (;;) {
      while ((indent === 0 || cursor.column < indent) && cursor.peek() === 0x20) cursor.pos++;
      widest = Math.max(widest, cursor.column);
      if ((indent === 0 || cursor.column < indent) && cursor.peek() === 0x09) {
        throw new YamlError(
          "found a tab character where an indentation space is expected",
          cursor.here(),
        );
      }
      if (!isBreak(cursor.peek())) break;
      breaks += cursor.newline();
    }
    if (indent === 0) indent = Math.max(widest, parentIndent + 1, 1);
    return breaks;
  };

  let value = "", ending = "", wasBlank = false;
  let empty = emptyLines();
  while (cursor.column === indent && !cursor.atEnd) {
    const blank = isBlank(cursor.peek());
    value += !literal && ending === "\n" && !wasBlank && !blank
      ? (empty === "" ? " " : "")
      : ending;
    value += empty;
    wasBlank = blank;
    const run = cursor.pos;
    cursor.skipComment();
    value += cursor.text.slice(run, cursor.pos);
    ending = cursor.atEnd ? "" : cursor.newline();
    empty = emptyLines();
  }
  if (chomping !== "-") value += ending;
  if (chomping === "+") value += empty;
  return value;
}
