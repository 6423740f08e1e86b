import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parseWith } from "lib/schema/parse.ts";

/**
 * Holds a value against its schema as soon as it is known: at once, unless it is an output.
 *
 * @param source Starts every line of the error
 * @param key The argument's name
 * @throws {Problems} for a plain value that the schema refuses; an output's are thrown through Pulumi
 */
export function checkedInput<S extends z.ZodType>(
  schema: S,
  value: pulumi.Input<z.input<S>>,
  source: string,
  key: string,
): pulumi.Output<z.output<S>> {
  const check = (plain: unknown) =>
    parseWith(z.object({ [key]: schema }), { [key]: plain }, source)[key] as z.output<S>;
  if (!pulumi.Output.isInstance(value) && !(value instanceof Promise)) {
    return pulumi.output(check(value)) as pulumi.Output<z.output<S>>;
  }
  return (pulumi.output(value) as pulumi.Output<unknown>).apply(check) as pulumi.Output<
    z.output<S>
  >;
}
