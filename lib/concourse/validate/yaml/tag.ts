import {
  type Cursor,
  isBlankOrEnd,
  isWord,
  YamlError,
} from "lib/concourse/validate/yaml/cursor.ts";

const URI = /[\w\-;/?:@&=+$,.!~*'()[\]%]/;

/** A tag as it is written: `!!str` is handle `!!` and suffix `str`. */
export interface TagToken {
  readonly handle: string;
  readonly suffix: string;
}

function scanWord(cursor: Cursor): string {
  const start = cursor.pos;
  while (isWord(cursor.peek())) cursor.pos++;
  return cursor.text.slice(start, cursor.pos);
}

function scanUri(cursor: Cursor, head: string): string {
  const start = cursor.pos;
  while (!cursor.atEnd && URI.test(cursor.text[cursor.pos])) cursor.pos++;
  if (cursor.pos === start && head === "") {
    throw new YamlError("did not find expected tag URI", cursor.here());
  }
  const raw = cursor.text.slice(start, cursor.pos);
  try {
    return head.slice(1) + decodeURIComponent(raw);
  } catch {
    throw new YamlError("did not find URI escaped octet in a tag", cursor.here());
  }
}

function scanHandle(cursor: Cursor): string {
  if (cursor.peek() !== 0x21) throw new YamlError("did not find expected '!'", cursor.here());
  cursor.pos++;
  let handle = "!" + scanWord(cursor);
  if (cursor.peek() === 0x21) {
    handle += "!";
    cursor.pos++;
  }
  return handle;
}

/**
 * Reads a tag (`!x`, `!!str`, `!<uri>`) at the cursor.
 *
 * @throws {YamlError} when it is malformed
 */
export function scanTag(cursor: Cursor): TagToken {
  let token: TagToken;
  if (cursor.peek(1) === 0x3c) {
    cursor.pos += 2;
    token = { handle: "", suffix: scanUri(cursor, "") };
    if (cursor.peek() !== 0x3e) throw new YamlError("did not find the expected '>'", cursor.here());
    cursor.pos++;
  } else {
    const handle = scanHandle(cursor);
    if (handle.length > 1 && handle.endsWith("!")) token = { handle, suffix: scanUri(cursor, "") };
    else {
      const suffix = scanUri(cursor, handle);
      token = suffix === "" ? { handle: "", suffix: "!" } : { handle: "!", suffix };
    }
  }
  if (!isBlankOrEnd(cursor.peek())) {
    throw new YamlError(
      "did not find expected whitespace or line break after a tag",
      cursor.here(),
    );
  }
  return token;
}

/** `%YAML 1.1` or `%TAG ! prefix`. */
export type Directive =
  | { readonly name: "YAML"; readonly version: string }
  | { readonly name: "TAG"; readonly handle: string; readonly prefix: string };

/**
 * Reads a directive at the cursor, which is at its `%`.
 *
 * @throws {YamlError} when it is unknown or malformed
 */
export function scanDirective(cursor: Cursor): Directive {
  const start = cursor.here();
  const fail = (message: string): never => {
    throw new YamlError(message, start);
  };
  cursor.pos++;
  const name = scanWord(cursor);
  if (name === "") fail("could not find expected directive name");
  if (!isBlankOrEnd(cursor.peek())) fail("found unexpected non-alphabetical character");
  const skipBlanks = () => {
    const from = cursor.pos;
    while (cursor.peek() === 0x20 || cursor.peek() === 0x09) cursor.pos++;
    return cursor.pos > from;
  };
  let directive: Directive;
  skipBlanks();
  if (name === "YAML") {
    const version = /^\d{1,2}\.\d{1,2}/.exec(cursor.text.slice(cursor.pos, cursor.pos + 5))?.[0];
    if (version === undefined) return fail("did not find expected version number");
    cursor.pos += version.length;
    directive = { name, version };
  } else if (name === "TAG") {
    const handle = scanHandle(cursor);
    if (handle !== "!" && !handle.endsWith("!")) fail("did not find expected '!'");
    if (!skipBlanks()) fail("did not find expected whitespace");
    directive = { name, handle, prefix: scanUri(cursor, "!") };
    if (!isBlankOrEnd(cursor.peek())) fail("did not find expected whitespace or line break");
  } else return fail("found unknown directive name");
  if (!cursor.restOfLine()) fail("did not find expected comment or line break");
  return directive;
}
