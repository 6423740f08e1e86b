import { parseArgs } from "node:util";
import { z } from "zod";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { UsageProblem } from "lib/schema/problem.ts";

/** What one key of a flags or arguments object looks like on the command line. */
export interface Flag {
  /** As typed, without dashes: `dry-run`. */
  readonly name: string;
  /** The key in the zod object: `dryRun`. */
  readonly key: string;
  readonly kind: "boolean" | "string" | "number" | "strings";
  readonly description: string;
  /** The allowed words of an enum. */
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly required: boolean;
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Reads each key of a zod object as a flag. Supports booleans, strings, numbers, enums and arrays. */
export function readFlags(schema: z.ZodObject): Flag[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    let inner = field as z.ZodType;
    let defaultValue: unknown;
    let required = true;
    let description = inner.description;
    for (;;) {
      if (inner instanceof z.ZodDefault) {
        defaultValue = inner.def.defaultValue;
        required = false;
      } else if (inner instanceof z.ZodOptional) required = false;
      else break;
      inner = inner.def.innerType as z.ZodType;
      description ??= inner.description;
    }
    const isArray = inner instanceof z.ZodArray;
    const element = isArray ? (inner as z.ZodArray).element as z.ZodType : inner;
    const kind = isArray
      ? "strings"
      : element instanceof z.ZodBoolean
      ? "boolean"
      : element instanceof z.ZodNumber
      ? "number"
      : "string";
    return {
      name: kebab(key),
      key,
      kind,
      description: description ?? "",
      choices: element instanceof z.ZodEnum ? element.options.map(String) : undefined,
      default: defaultValue,
      required,
    };
  });
}

/** The task's words on the command line, parsed. */
export interface ParsedCommandLine {
  readonly flags: Record<string, unknown>;
  readonly positionals: string[];
  readonly help: boolean;
}

/**
 * Splits a command line by the task's flags; a word after `--` is an argument whatever it looks like,
 * and one of several choices may be written in any case.
 *
 * @throws {UsageProblem} for an unknown flag (the nearest is named), a flag without its value, a
 * switch with one, or a value of the wrong kind
 */
export function parseCommandLine(argv: readonly string[], schema: z.ZodObject): ParsedCommandLine {
  const known = readFlags(schema);
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries([
      ...known.map((flag) => [flag.name, {
        type: flag.kind === "boolean" ? "boolean" : "string",
        multiple: flag.kind === "strings",
      }]),
      ["help", { type: "boolean", short: "h" }],
    ]),
  });

  const raw: Record<string, unknown> = {};
  const positionals: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") {
      help = true;
      continue;
    }
    const negated = token.name.startsWith("no-") &&
      known.find((flag) => flag.kind === "boolean" && flag.name === token.name.slice(3));
    const flag = negated || known.find((candidate) => candidate.name === token.name);
    if (!flag) {
      const names = [...known.map((candidate) => `--${candidate.name}`), "--help"];
      throw new UsageProblem(`Unknown flag ${token.rawName}${didYouMean(token.rawName, names)}`);
    }
    if (flag.kind === "boolean") {
      if (token.value !== undefined) throw new UsageProblem(`${token.rawName} takes no value`);
      raw[flag.key] = !negated;
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))) {
      throw new UsageProblem(`${token.rawName} needs a value${describeChoices(flag)}`);
    } else if (flag.kind === "strings") {
      raw[flag.key] = [...(raw[flag.key] as string[] ?? []), asChoice(flag, token.value)];
    } else if (flag.key in raw) {
      throw new UsageProblem(`${token.rawName} is given twice`);
    } else {
      const number = flag.kind === "number" ? Number(token.value) : NaN;
      raw[flag.key] = Number.isNaN(number) ? asChoice(flag, token.value) : number;
    }
  }
  if (help) return { flags: {}, positionals, help };

  const result = schema.safeParse(raw);
  if (!result.success) {
    throw new UsageProblem(
      result.error.issues.map((issue) => {
        const flag = known.find((candidate) => candidate.key === issue.path[0]);
        if (!flag) return describeIssues(new z.ZodError([issue]))[0];
        const given = raw[flag.key];
        if (given === undefined) return `--${flag.name} is required${describeChoices(flag)}`;
        const item = Array.isArray(given) ? given[issue.path[1] as number] : given;
        const word = typeof item === "string" ? item : "";
        return flag.choices
          ? `--${flag.name} "${word}" is not one of ${flag.choices.join(", ")}${
            didYouMean(word, flag.choices)
          }`
          : `--${flag.name}: ${issue.message}`;
      }).join("\n"),
    );
  }
  return { flags: result.data as Record<string, unknown>, positionals, help };
}

/**
 * Gives the positional words to the keys of the arguments object, in key order; an array takes the
 * rest.
 *
 * @throws {UsageProblem} for a missing, surplus or wrong argument
 */
export function parsePositionals(words: readonly string[], schema: z.ZodObject): unknown {
  const fields = readFlags(schema);
  const raw: Record<string, unknown> = {};
  const rest = [...words];
  for (const field of fields) {
    if (rest.length === 0) break;
    raw[field.key] = field.kind === "strings" ? rest.splice(0) : rest.shift();
  }
  if (rest.length > 0) {
    throw new UsageProblem(
      fields.length === 0
        ? `Unexpected argument "${rest[0]}": this task takes none`
        : `Unexpected argument "${rest[0]}": expected only ${fields.map(usageWord).join(" ")}`,
    );
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new UsageProblem(
    result.error.issues.map((issue) => {
      const field = fields.find((candidate) => candidate.key === issue.path[0])!;
      const given = raw[field.key];
      if (given === undefined) return `${usageWord(field)} is required: ${field.description}`;
      return field.choices && typeof given === "string"
        ? `${usageWord(field)} "${given}" is not one of ${field.choices.join(", ")}${
          didYouMean(given, field.choices)
        }`
        : `${usageWord(field)}: ${issue.message}`;
    }).join("\n"),
  );
}

/** The choice that a word names, whatever its case: stacks are called `QA`, their files `qa`. */
const asChoice = ({ choices }: Flag, word: string) =>
  choices?.find((choice) => choice.toLowerCase() === word.toLowerCase()) ?? word;

const describeChoices = (flag: Flag) => flag.choices ? `: ${flag.choices.join(", ")}` : "";

/** `FILE`, `[FILE]` or `[FILE…]`: an argument in a usage line. */
export function usageWord(field: Flag): string {
  const word = kebab(field.key).toUpperCase() + (field.kind === "strings" ? "…" : "");
  return field.required ? word : `[${word}]`;
}
