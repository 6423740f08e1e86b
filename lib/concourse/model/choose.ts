import { z } from "zod";

/**
 * A schema that is chosen by the value: what is wrong is said of that one, not of every member of a union.
 *
 * @param choose The schema; `undefined` where none can be meant
 * @param expected Said of a value for which there is none
 */
export function choose<T>(
  choose: (value: unknown) => z.ZodType | undefined,
  expected: string,
): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const schema = choose(value);
    if (schema === undefined) {
      context.addIssue({ code: "custom", message: expected });
      return z.NEVER;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data as T;
    for (const issue of result.error.issues) {
      context.addIssue({ ...issue, input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  });
}

/** Whether a value is an object with a key. */
export const hasKey = (value: unknown, key: string): boolean =>
  typeof value === "object" && value !== null && key in value;
