/** Turns one `[…]` of a pattern into a test; `undefined` where it is malformed. */
function parseClass(
  pattern: readonly string[],
  start: number,
): { test: (letter: string) => boolean; next: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === "^";
  if (negated) at++;
  const ranges: [number, number][] = [];
  const letter = (): number | undefined => {
    if (pattern[at] === undefined || pattern[at] === "-" || pattern[at] === "]") return undefined;
    if (pattern[at] === "\\") at++;
    const code = pattern[at]?.codePointAt(0);
    at++;
    return at >= pattern.length ? undefined : code;
  };
  while (!(pattern[at] === "]" && ranges.length > 0)) {
    const low = letter();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (pattern[at] === "-") {
      at++;
      high = letter();
      if (high === undefined) return undefined;
    }
    ranges.push([low, high]);
  }
  return {
    test: (text) => {
      const code = text.codePointAt(0)!;
      return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
    },
    next: at + 1,
  };
}

type Part = "*" | ((letter: string) => boolean);

function parse(pattern: string): Part[] | undefined {
  const letters = [...pattern];
  const parts: Part[] = [];
  for (let at = 0; at < letters.length;) {
    const letter = letters[at];
    if (letter === "*") parts.push("*");
    else if (letter === "?") parts.push((text) => text !== "/");
    else if (letter === "[") {
      const parsed = parseClass(letters, at);
      if (!parsed) return undefined;
      parts.push(parsed.test);
      at = parsed.next;
      continue;
    } else {
      if (letter === "\\") at++;
      const literal = letters[at];
      if (literal === undefined) return undefined;
      parts.push((text) => text === literal);
    }
    at++;
  }
  return parts;
}

/**
 * Makes a matcher as Go's `path.Match`: `*` and `?` do not match `/`; a malformed pattern matches
 * nothing.
 *
 * @see {@link https://pkg.go.dev/path#Match}
 */
export function pathMatcher(pattern: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  const parts = parse(pattern);
  if (!parts) return () => false;
  return (name) => matches(parts, [...name]);
}

/** Matches with one place to go back to, the last `*`: time is at most quadratic. */
function matches(parts: readonly Part[], letters: readonly string[]): boolean {
  let part = 0, at = 0, star = -1, from = 0;
  while (at < letters.length || part < parts.length) {
    const current = parts[part];
    if (current === "*") {
      star = part++;
      from = at;
    } else if (current && at < letters.length && current(letters[at])) {
      part++;
      at++;
    } else if (star >= 0 && from < letters.length && letters[from] !== "/") {
      at = ++from;
      part = star + 1;
    } else return false;
  }
  return true;
}
