import { Problem } from "lib/schema/problem.ts";

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  /** In UTF-16 units. */
  readonly column: number;
}

/** Text that is not YAML as Concourse reads it. */
export class YamlError extends Problem {
  /** Tells it from other problems. */
  override readonly name = "YamlError";
  /** Where; absent when it concerns the whole text. */
  readonly at?: Position;

  /**
   * A fault in YAML.
   *
   * @param message What is wrong, in the words of Concourse's parser where it has any
   * @param at Where
   */
  constructor(message: string, at?: Position) {
    super(message);
    this.at = at;
  }
}

const LF = 0x0a, CR = 0x0d;

/** Whether a character ends a line (YAML 1.1: also NEL, LS and PS). */
export function isBreak(code: number): boolean {
  return code === LF || code === CR || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** Whether a character is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether a character is blank, a line's end or the text's (0). */
export function isBlankOrEnd(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0 || isBreak(code);
}

/** Whether a character is a letter, a digit, `_` or `-`. */
export function isWord(code: number): boolean {
  return code >= 0x61 && code <= 0x7a || code >= 0x41 && code <= 0x5a ||
    code >= 0x30 && code <= 0x39 || code === 0x5f || code === 0x2d;
}

/** A reading position in text that knows its line and column. */
export class Cursor {
  /** Offset in UTF-16 units. */
  pos = 0;
  /** Line, from 0. */
  line = 0;
  /** Offset of the line's first character. */
  lineStart = 0;
  /** What is read, with NULs at the end: YAML forbids them elsewhere. */
  readonly text: string;

  /**
   * Starts at the text's beginning.
   *
   * @param text What is read, without NULs
   */
  constructor(text: string) {
    this.text = `${text}\0\0\0\0`;
  }

  /** Column, from 0. */
  get column(): number {
    return this.pos - this.lineStart;
  }

  /** The character's code `ahead` of here; 0 at the end. */
  peek(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  /** Whether all is read. */
  get atEnd(): boolean {
    return this.text.charCodeAt(this.pos) === 0;
  }

  /** Here, counted from 1. */
  here(): Position {
    return { line: this.line + 1, column: this.column + 1 };
  }

  /** Passes one line's end and returns what it stands for: a newline, or LS or PS as they are. */
  newline(): string {
    const code = this.peek();
    this.pos += code === CR && this.peek(1) === LF ? 2 : 1;
    this.line++;
    this.lineStart = this.pos;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : "\n";
  }

  /** Whether `---` or `...` stands alone at a line's start here. */
  atDocumentMarker(): boolean {
    if (this.pos !== this.lineStart) return false;
    const code = this.peek();
    return (code === 0x2d || code === 0x2e) && this.peek(1) === code && this.peek(2) === code &&
      isBlankOrEnd(this.peek(3));
  }

  /** Passes blanks, a comment and what a line may end with; false where something else stands. */
  restOfLine(): boolean {
    while (isBlank(this.peek())) this.pos++;
    if (this.peek() === 0x23) this.skipComment();
    if (this.atEnd) return true;
    if (!isBreak(this.peek())) return false;
    this.newline();
    return true;
  }

  /** Passes a comment up to the line's end. */
  skipComment(): void {
    while (!this.atEnd && !isBreak(this.peek())) this.pos++;
  }
}
