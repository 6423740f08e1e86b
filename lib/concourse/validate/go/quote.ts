const SHORT: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

function quote(text: string, plain: (letter: string) => boolean): string {
  let result = '"';
  for (const letter of text) {
    if (letter in SHORT) result += SHORT[letter];
    else if (plain(letter)) result += letter;
    else {
      const code = letter.codePointAt(0)!;
      const hex = code.toString(16);
      result += code < 0x80
        ? `\\x${hex.padStart(2, "0")}`
        : code <= 0xffff
        ? `\\u${hex.padStart(4, "0")}`
        : `\\U${hex.padStart(8, "0")}`;
    }
  }
  return `${result}"`;
}

/** Text as Go's `%q` prints it. */
export function quoteGo(text: string): string {
  return quote(text, (letter) => /[^\p{C}\p{Z}]|[ ]/u.test(letter));
}

/** Text as Go's `%+q` prints it: in ASCII. */
export function quoteAscii(text: string): string {
  return quote(text, (letter) => letter >= " " && letter <= "~");
}
