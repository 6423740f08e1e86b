import { nearest } from "lib/schema/nearest.ts";

const MAX_LENGTH = 80;

/** How often each letter occurs. */
function letters(word: string): Int8Array {
  const counts = new Int8Array(128);
  for (let at = 0; at < word.length; at++) counts[word.charCodeAt(at) & 127]++;
  return counts;
}

/**
 * The known name closest to a mistyped one, as {@linkcode nearest}, but quick among thousands: names of
 * which too many letters differ are not compared, and neither are very long ones.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const lower = name.toLowerCase();
  const wanted = letters(lower);
  const close = [...known].filter((candidate) => {
    const other = candidate.toLowerCase();
    if (other.startsWith(lower) || lower.startsWith(other)) return true;
    const limit = Math.max(2, Math.floor(Math.max(lower.length, other.length) / 3));
    if (Math.abs(lower.length - other.length) > limit) return false;
    const counts = letters(other);
    let surplus = 0;
    for (let at = 0; at < 128; at++) surplus += Math.max(0, wanted[at] - counts[at]);
    return surplus <= limit;
  });
  return nearest(name, close);
}
