const VALID = /^[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d][\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d\-_.]*$/u;
const BAD_START = /^[^\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d]/u;
const BAD_LETTER = /[^\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d\-_.]/u;

/** What is wrong with a name. */
export interface IdentifierFault {
  /** An empty name is an error; anything else a warning. */
  readonly severity: "error" | "warning";
  readonly message: string;
}

/**
 * Checks a name.
 *
 * The first character is looked at as one byte, as Concourse does: where it takes more, the rest of
 * it counts as an illegal character, shown as U+FFFD.
 *
 * @param context The pieces of the path to it; directly under `.across`, tasks and pipelines may
 * have any name
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/configwarning.go}
 */
export function checkIdentifier(
  name: string,
  context: readonly string[],
): IdentifierFault | undefined {
  const path = context.join("");
  if (name === "") {
    return { severity: "error", message: `${path}: identifier cannot be an empty string` };
  }
  const last = context[context.length - 1];
  if (
    context[context.length - 2] === ".across" &&
    (last.includes("set_pipeline") || last.includes("task"))
  ) return undefined;
  const warn = (reason: string): IdentifierFault => ({
    severity: "warning",
    message: `${path}: '${name}' is not a valid identifier: ${reason}`,
  });
  if (/^\d+$/.test(name)) return warn("cannot be just numbers");
  if (VALID.test(name)) return undefined;
  if (BAD_START.test(name)) return warn("must start with a lowercase letter or a number");
  const first = name.codePointAt(0)!;
  const letter = first > 0x7f ? "\ufffd" : BAD_LETTER.exec(name.slice(1))?.[0];
  return warn(letter === undefined ? "" : `illegal character '${letter}'`);
}
