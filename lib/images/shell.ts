/** Text that goes into a command line as it is; made by {@linkcode raw}. */
export interface Raw {
  readonly raw: string;
}

/** Marks text that is shell already: operators, flags, an inner command. */
export const raw = (text: string): Raw => ({ raw: text });

/**
 * Quotes one word for a POSIX shell; plain words stay as they are.
 *
 * @throws {TypeError} for a NUL, which no shell can pass on
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new TypeError("A shell word cannot hold a NUL");
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/**
 * A command line whose values are quoted: `` sh`rm ${path}` ``. Arrays become several words,
 * numbers their digits, {@linkcode raw} text stays as it is, `undefined` and `false` vanish.
 */
export function sh(
  strings: TemplateStringsArray,
  ...values: (string | number | readonly string[] | Raw | undefined | false)[]
): string {
  const word = (value: (typeof values)[number]) => {
    if (value === undefined || value === false) return "";
    if (typeof value === "string") return quote(value);
    if (typeof value === "number") return String(value);
    return "raw" in value ? value.raw : value.map(quote).join(" ");
  };
  return strings.map((text, index) => text + (index < values.length ? word(values[index]) : ""))
    .join("").replace(/ {2,}(?=[^'"]*$)/g, " ").trim();
}
