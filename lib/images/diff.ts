import { createTwoFilesPatch } from "diff";

/** A unified diff of two texts with three lines of context; empty where they are equal. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  return createTwoFilesPatch(path, path, before, after, undefined, undefined, { context: 3 })
    .split("\n").slice(1).join("\n").trimEnd();
}
