import {
  Cursor,
  isBlank,
  isBlankOrEnd,
  isBreak,
  isWord,
  YamlError,
} from "lib/concourse/validate/yaml/cursor.ts";
import { scanBlock, scanPlain, scanQuoted } from "lib/concourse/validate/yaml/scalars.ts";
import { type Directive, scanDirective, scanTag } from "lib/concourse/validate/yaml/tag.ts";

/** What a token is. */
export type TokenKind =
  | "stream end"
  | "directive"
  | "document start"
  | "document end"
  | "block sequence"
  | "block mapping"
  | "block end"
  | "["
  | "]"
  | "{"
  | "}"
  | ","
  | "-"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

/** A piece of YAML: what it is, where, and its text. */
export interface Token {
  readonly kind: TokenKind;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  /** A scalar's value, an anchor's or alias's name, a tag's suffix. */
  readonly value: string;
  /** A tag's handle. */
  readonly handle: string | undefined;
  /** Whether a scalar is plain. */
  readonly plain: boolean;
  readonly directive: Directive | undefined;
}

/** A place where a key may turn out to have begun. */
interface SimpleKey {
  readonly tokenNumber: number;
  readonly pos: number;
  readonly line: number;
  readonly column: number;
  readonly required: boolean;
}

const MAX_DEPTH = 10_000;
/** A key must be followed by its `:` within as many characters. */
const MAX_KEY_LENGTH = 1024;
/** Characters that a plain scalar cannot begin with. */
const INDICATORS = new Set([...`-?:,[]{}#&*!|>'"%@\``].map((letter) => letter.charCodeAt(0)));

/**
 * Splits YAML into tokens as the parser in Concourse does.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/scannerc.go}
 */
export class Scanner {
  #cursor: Cursor;
  #tokens: Token[] = [];
  #next: Token | undefined;
  #head = 0;
  #taken = 0;
  #indent = -1;
  #indents: number[] = [];
  #keyAllowed = true;
  #keys: (SimpleKey | undefined)[] = [undefined];
  #keyByToken = new Map<number, number>();
  #ended = false;

  /**
   * Starts at the text's beginning.
   *
   * @param text Without forbidden characters
   */
  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  /** The next token, left where it is. */
  peek(): Token {
    if (this.#next) return this.#next;
    while (this.#needsMore()) this.#fetch();
    return this.#next = this.#tokens[this.#head];
  }

  /** The next token, taken. */
  take(): Token {
    const token = this.peek();
    this.#next = undefined;
    this.#head++;
    this.#taken++;
    if (this.#head > 1024) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
    return token;
  }

  /** Reads as far beyond the next token as version 3 of the parser does, for the faults there. */
  lookBeyond(): void {
    while (!this.#ended && this.#tokens.length - this.#head < 3) this.#fetch();
  }

  #needsMore(): boolean {
    if (this.#ended) return false;
    if (this.#head >= this.#tokens.length) return true;
    const index = this.#keyByToken.get(this.#taken);
    return index !== undefined && this.#validKey(index) !== undefined;
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  #validKey(index: number): SimpleKey | undefined {
    const key = this.#keys[index];
    if (!key) return undefined;
    if (key.line === this.#cursor.line && key.pos + MAX_KEY_LENGTH >= this.#cursor.pos) return key;
    if (key.required) this.#missingColon(key);
    this.#keys[index] = undefined;
    return undefined;
  }

  #missingColon(key: SimpleKey): never {
    throw new YamlError("could not find expected ':'", {
      line: key.line + 1,
      column: key.column + 1,
    });
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const { pos, line, column } = this.#cursor;
    this.#removeKey();
    const tokenNumber = this.#taken + this.#tokens.length - this.#head;
    const required = !this.#inFlow && this.#indent === column;
    this.#keys[this.#keys.length - 1] = { tokenNumber, pos, line, column, required };
    this.#keyByToken.set(tokenNumber, this.#keys.length - 1);
  }

  #removeKey(): void {
    const key = this.#keys[this.#keys.length - 1];
    if (!key) return;
    if (key.required) this.#missingColon(key);
    this.#keyByToken.delete(key.tokenNumber);
    this.#keys[this.#keys.length - 1] = undefined;
  }

  #push(kind: TokenKind, length: number, value = ""): void {
    const { line, column } = this.#cursor;
    this.#cursor.pos += length;
    this.#add(kind, line, column, value);
  }

  #add(
    kind: TokenKind,
    line: number,
    column: number,
    value: string,
    plain = false,
    handle: string | undefined = undefined,
    directive: Directive | undefined = undefined,
  ): void {
    this.#tokens.push({ kind, line, column, value, plain, handle, directive });
  }

  #insert(tokenNumber: number, kind: TokenKind, { line, column }: SimpleKey): void {
    const at = this.#head + tokenNumber - this.#taken;
    const token: Token = {
      kind,
      line,
      column,
      value: "",
      plain: false,
      handle: undefined,
      directive: undefined,
    };
    this.#tokens.splice(at, 0, token);
  }

  #deeper(column: number): boolean {
    if (this.#inFlow || this.#indent >= column) return false;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > MAX_DEPTH) this.#fail(`exceeded max depth of ${MAX_DEPTH}`);
    return true;
  }

  #unroll(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#push("block end", 0);
      this.#indent = this.#indents.pop()!;
    }
  }

  #fail(message: string): never {
    throw new YamlError(message, this.#cursor.here());
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      const tabsToo = this.#inFlow || !this.#keyAllowed;
      while (cursor.peek() === 0x20 || tabsToo && cursor.peek() === 0x09) cursor.pos++;
      if (cursor.peek() === 0x23) cursor.skipComment();
      if (!isBreak(cursor.peek())) return;
      cursor.newline();
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#unroll(cursor.atEnd ? -1 : cursor.column);
    if (cursor.atEnd) {
      this.#removeKey();
      this.#keyAllowed = false;
      this.#ended = true;
      return this.#push("stream end", 0);
    }
    const code = cursor.peek();
    if (cursor.column === 0 && code === 0x25) return this.#directive();
    if (cursor.atDocumentMarker()) {
      this.#unroll(-1);
      this.#removeKey();
      this.#keyAllowed = false;
      return this.#push(code === 0x2d ? "document start" : "document end", 3);
    }
    const followed = isBlankOrEnd(cursor.peek(1));
    switch (code) {
      case 0x5b:
      case 0x7b:
        return this.#openFlow(code === 0x5b ? "[" : "{");
      case 0x5d:
      case 0x7d:
        return this.#closeFlow(code === 0x5d ? "]" : "}");
      case 0x2c:
        this.#removeKey();
        this.#keyAllowed = true;
        return this.#push(",", 1);
      case 0x2d:
        if (followed) return this.#entry();
        break;
      case 0x3f:
        if (followed || this.#inFlow) return this.#explicitKey();
        break;
      case 0x3a:
        if (followed || this.#inFlow) return this.#value();
        break;
      case 0x2a:
      case 0x26:
        return this.#anchor(code === 0x2a ? "alias" : "anchor");
      case 0x21:
        return this.#tag();
      case 0x7c:
      case 0x3e:
        if (!this.#inFlow) return this.#blockScalar();
        break;
      case 0x27:
      case 0x22:
        return this.#quoted();
    }
    const plain = !isBlankOrEnd(code) && !INDICATORS.has(code) ||
      code === 0x2d && !isBlank(cursor.peek(1)) ||
      !this.#inFlow && (code === 0x3f || code === 0x3a) && !followed;
    if (!plain) this.#fail("found character that cannot start any token");
    this.#plain();
  }

  #directive(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const { line, column } = this.#cursor;
    const directive = scanDirective(this.#cursor);
    this.#add("directive", line, column, "", false, undefined, directive);
  }

  #openFlow(kind: "[" | "{"): void {
    this.#saveKey();
    this.#keys.push(undefined);
    if (this.#keys.length - 1 > MAX_DEPTH) this.#fail(`exceeded max depth of ${MAX_DEPTH}`);
    this.#keyAllowed = true;
    this.#push(kind, 1);
  }

  #closeFlow(kind: "]" | "}"): void {
    this.#removeKey();
    if (this.#inFlow) this.#keys.pop();
    this.#keyAllowed = false;
    this.#push(kind, 1);
  }

  #entry(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) {
        this.#fail("block sequence entries are not allowed in this context");
      }
      if (this.#deeper(this.#cursor.column)) this.#push("block sequence", 0);
    }
    this.#removeKey();
    this.#keyAllowed = true;
    this.#push("-", 1);
  }

  #explicitKey(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) this.#fail("mapping keys are not allowed in this context");
      if (this.#deeper(this.#cursor.column)) this.#push("block mapping", 0);
    }
    this.#removeKey();
    this.#keyAllowed = !this.#inFlow;
    this.#push("key", 1);
  }

  #value(): void {
    const last = this.#keys.length - 1;
    const key = this.#validKey(last);
    if (key) {
      this.#insert(key.tokenNumber, "key", key);
      if (this.#deeper(key.column)) this.#insert(key.tokenNumber, "block mapping", key);
      this.#keys[last] = undefined;
      this.#keyByToken.delete(key.tokenNumber);
      this.#keyAllowed = false;
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) this.#fail("mapping values are not allowed in this context");
        if (this.#deeper(this.#cursor.column)) this.#push("block mapping", 0);
      }
      this.#keyAllowed = !this.#inFlow;
    }
    this.#push("value", 1);
  }

  #anchor(kind: "alias" | "anchor"): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const cursor = this.#cursor;
    let length = 1;
    while (isWord(cursor.peek(length))) length++;
    const end = cursor.peek(length);
    if (length === 1 || !isBlankOrEnd(end) && !"?:,]}%@`".includes(String.fromCharCode(end))) {
      this.#fail("did not find expected alphabetic or numeric character");
    }
    this.#push(kind, length, cursor.text.slice(cursor.pos + 1, cursor.pos + length));
  }

  #tag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const { line, column } = this.#cursor;
    const { handle, suffix } = scanTag(this.#cursor);
    this.#add("tag", line, column, suffix, false, handle);
  }

  #blockScalar(): void {
    this.#removeKey();
    this.#keyAllowed = true;
    const { line, column } = this.#cursor;
    const value = scanBlock(this.#cursor, this.#indent);
    this.#add("scalar", line, column, value);
  }

  #quoted(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const { line, column } = this.#cursor;
    const value = scanQuoted(this.#cursor);
    this.#add("scalar", line, column, value);
  }

  #plain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const { line, column } = this.#cursor;
    const { value, broken } = scanPlain(this.#cursor, this.#indent + 1, this.#inFlow);
    if (broken) this.#keyAllowed = true;
    this.#add("scalar", line, column, value, true);
  }
}
