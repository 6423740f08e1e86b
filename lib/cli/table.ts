/**
 * Aligns rows in columns, two spaces apart. The last column is not padded.
 *
 * @param rows Cells by row; rows may differ in length
 * @returns Lines joined by newlines, without trailing blanks
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) =>
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    );
  }
  return rows.map((row) =>
    row.map((cell, column) => column === row.length - 1 ? cell : cell.padEnd(widths[column]))
      .join("  ").trimEnd()
  ).join("\n");
}

/** `1 stack`, `2 stacks`; `plural` defaults to the word with an s. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `0.4 s`, `12.0 s`, `3 min 05 s` for a duration in milliseconds. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, "0")} s`;
}
