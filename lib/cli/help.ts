import type { z } from "zod";
import { type Flag, readFlags, usageWord } from "lib/cli/flags.ts";
import { formatTable } from "lib/cli/table.ts";

/** What the help text is made from. */
export interface Documented {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly args: z.ZodObject;
  readonly flags: z.ZodObject;
  readonly examples?: readonly string[];
}

function flagUsage(flag: Flag): string {
  if (flag.kind === "boolean") return `--${flag.name}`;
  const value = flag.choices ? flag.choices.join("|") : flag.name.split("-").at(-1)!.toUpperCase();
  return `--${flag.name} ${flag.kind === "number" ? "N" : value}`;
}

function flagNote(flag: Flag): string {
  const notes = [
    flag.required ? "required" : "",
    flag.kind === "strings" ? "may be repeated" : "",
    flag.kind !== "boolean" && flag.default !== undefined && !Array.isArray(flag.default)
      ? `default ${flag.default}`
      : "",
  ].filter((note) => note !== "");
  return notes.length > 0 ? `${flag.description} (${notes.join(", ")})` : flag.description;
}

/** The text of `deno task NAME --help`. */
export function formatHelp(task: Documented): string {
  const args = readFlags(task.args);
  const flags = readFlags(task.flags);
  const words = [...args.map(usageWord), "[FLAGS]"].join(" ");
  const sections = [
    `${task.summary}\n\nUsage: deno task ${task.name} ${words}`,
    task.description ?? "",
    args.length > 0
      ? `Arguments:\n${formatTable(args.map((arg) => [`  ${usageWord(arg)}`, arg.description]))}`
      : "",
    `Flags:\n${
      formatTable([
        ...flags.map((flag) => [`  ${flagUsage(flag)}`, flagNote(flag)]),
        ["  --help", "Show this text"],
      ])
    }`,
    task.examples
      ? `Examples:\n${task.examples.map((line) => `  deno task ${line}`).join("\n")}`
      : "",
    "Exit codes: 0 done or in sync, 1 failed or findings, 2 usage, 3 changes pending, 130 interrupted (SIGTERM 143)",
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
