/**
 * IAM's wildcards: `*` is any run of characters, `?` any one. Everything here is linear or, for two
 * patterns against each other, at most the product of their lengths; nothing backtracks.
 *
 * @module
 */

const STAR = 42;
const QUESTION = 63;

/** Whether a text has wildcards. */
export const hasWildcard = (text: string): boolean => text.includes("*") || text.includes("?");

/** Whether a pattern matches a literal text; case counts. */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const char = pattern.charCodeAt(p);
    if (p < pattern.length && char === STAR) {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (char === QUESTION || char === text.charCodeAt(t))) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}

/** Whether a pattern matches a literal text, whatever the case of either. */
export const matchesIgnoringCase = (pattern: string, text: string): boolean =>
  matches(pattern.toLowerCase(), text.toLowerCase());

const squeeze = (pattern: string) => pattern.replace(/\*{2,}/g, "*");

/** Whether what stands before the first and after the last wildcards can be the same. */
function agree(a: string, b: string): boolean {
  const isWild = (char: string | undefined) => char === "*" || char === undefined;
  const same = (x: string, y: string) => x === y || x === "?" || y === "?";
  for (let at = 0; !isWild(a[at]) && !isWild(b[at]); at++) if (!same(a[at], b[at])) return false;
  for (let at = 1; !isWild(a.at(-at)) && !isWild(b.at(-at)); at++) {
    if (!same(a.at(-at)!, b.at(-at)!)) return false;
  }
  return true;
}

/** Whether some text is matched by both patterns. */
export function overlaps(left: string, right: string): boolean {
  if (left === right || left === "*" || right === "*") return true;
  const [a, b] = [squeeze(left), squeeze(right)];
  if (!hasWildcard(a)) return matches(b, a);
  if (!hasWildcard(b)) return matches(a, b);
  if (!agree(a, b)) return false;
  // row[j]: whether a[i…] and b[j…] can meet
  let below = new Uint8Array(b.length + 1);
  for (let i = a.length; i >= 0; i--) {
    const row = new Uint8Array(b.length + 1);
    const ca = i < a.length ? a.charCodeAt(i) : -1;
    for (let j = b.length; j >= 0; j--) {
      const cb = j < b.length ? b.charCodeAt(j) : -1;
      if (ca === -1 && cb === -1) row[j] = 1;
      else if (ca === STAR) row[j] = below[j] | (cb === -1 ? 0 : row[j + 1]);
      else if (cb === STAR) row[j] = row[j + 1] | (ca === -1 ? 0 : below[j]);
      else if (ca === -1 || cb === -1) row[j] = 0;
      else row[j] = ca === cb || ca === QUESTION || cb === QUESTION ? below[j + 1] : 0;
    }
    below = row;
  }
  return below[0] === 1;
}

/**
 * Whether every text that `narrow` matches is matched by `wide` too. A wildcard of `narrow` counts as
 * covered only by one of `wide`: a `*` by a `*`, a `?` by either.
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === "*") return true;
  if (!hasWildcard(wide)) return false;
  const text = squeeze(narrow);
  let w = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < text.length) {
    const char = wide.charCodeAt(w);
    const other = text.charCodeAt(n);
    if (w < wide.length && char === STAR) {
      star = w++;
      resume = n;
    } else if (w < wide.length && (char === QUESTION ? other !== STAR : char === other)) {
      w++;
      n++;
    } else if (star !== -1) {
      w = star + 1;
      n = ++resume;
    } else return false;
  }
  while (wide.charCodeAt(w) === STAR) w++;
  return w === wide.length;
}
