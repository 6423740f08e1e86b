import { z } from "zod";

/**
 * The name of a job, a resource, a step, …: a lower-case letter (of any script) or a digit first, then
 * such letters, digits, `-`, `_` and `.`; not digits alone.
 *
 * Concourse accepts others with a warning, which is why the type is any text.
 *
 * @see https://concourse-ci.org/docs/config-basics/#identifier-schema
 */
export const Identifier = z.string().regex(
  /^(?!\d+$)[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d][\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d_.-]*$/u,
  "is not an identifier: a lower-case letter or a digit first, then such, `-`, `_` and `.`",
);
/** See the schema of this name. */
export type Identifier = z.infer<typeof Identifier>;
