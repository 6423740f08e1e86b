/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current[j] = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        current[j] = Math.min(current[j], beforePrevious[j - 2] + 1);
      }
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length];
}

/**
 * The known name closest to a mistyped one, or `undefined` when none is close.
 *
 * Close means at most a third of the longer name's letters differ (at least two may), or one is the
 * start of the other. Case is ignored.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestScore = Infinity;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const isPrefix = wanted.length > 2 && (other.startsWith(wanted) || wanted.startsWith(other));
    const score = isPrefix ? 1 : distance(wanted, other);
    const limit = Math.max(2, Math.floor(Math.max(wanted.length, other.length) / 3));
    if (score < bestScore && score <= limit && score < other.length) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** `: did you mean "x"?`, or an empty string: to append to an error about an unknown name. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const candidate = nearest(name, known);
  return candidate === undefined ? "" : `: did you mean "${candidate}"?`;
}
