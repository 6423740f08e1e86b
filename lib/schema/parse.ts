import { z } from "zod";
import { Problem, Problems } from "lib/schema/problem.ts";
import { didYouMean } from "lib/schema/nearest.ts";

/** `a.b[0]` for the path of a zod issue; `fallback` for the root. */
export function formatPath(path: readonly PropertyKey[], fallback = "(top level)"): string {
  if (path.length === 0) return fallback;
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number"
        ? `${text}[${key}]`
        : text === ""
        ? String(key)
        : `${text}.${String(key)}`,
    "",
  );
}

function knownKeysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  const unwrap = (value: unknown): unknown => {
    const inner = (value as { def?: { innerType?: unknown; in?: unknown } })?.def;
    return inner?.innerType ? unwrap(inner.innerType) : inner?.in ? unwrap(inner.in) : value;
  };
  for (const key of path) {
    const object = unwrap(current);
    if (object instanceof z.ZodObject) current = object.shape[String(key)];
    else if (object instanceof z.ZodArray) current = object.element;
    else return [];
  }
  const object = unwrap(current);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/**
 * One line per zod issue: the key and what was expected there. Values are never shown, as they may
 * be secret.
 */
export function describeIssues(error: z.ZodError, schema?: z.ZodType): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const known = schema ? knownKeysAt(schema, issue.path) : [];
      return issue.keys.map((key) =>
        `${formatPath([...issue.path, key])}: unknown key${didYouMean(key, known)}`
      );
    }
    if (issue.code === "invalid_key") {
      return issue.issues.map(({ message }) => `${formatPath(issue.path)}: key ${message}`);
    }
    return [`${formatPath(issue.path)}: ${issue.message}`];
  });
}

/**
 * Parses a value at the boundary.
 *
 * @param schema What is expected
 * @param value What was read
 * @param source The file (or flag) it came from: every line of the error starts with it
 * @returns The parsed value
 * @throws {Problems} one line per issue, `source: key: expected`, never showing a value
 */
export function parseWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  source: string,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problems(describeIssues(result.error, schema).map((line) => `${source}: ${line}`));
}

/**
 * Reads a text file.
 *
 * @param name The file's name in errors; default its path
 * @throws {Problem} naming the file when it is missing, a folder, or not UTF-8
 */
export async function readText(path: string, name = path): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Problem(`${name}: no such file`, { cause: error });
    }
    if (error instanceof Deno.errors.IsADirectory || /directory/i.test(String(error))) {
      throw new Problem(`${name}: is a directory, expected a file`, { cause: error });
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new Problem(`${name}: cannot be read: permission denied`, { cause: error });
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw new Problem(`${name}: cannot be read by this task: copy it to a file`, {
        cause: error,
      });
    }
    throw error;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Problem(`${name}: is not UTF-8 text`, { cause: error });
  }
}
