import { z } from "zod";
import { Config, Tags } from "./config.ts";
import { ContainerLimits } from "./container_limits.ts";
import { Identifier } from "./identifier.ts";
import { type Modifiers, modifiers } from "./modifiers.ts";

const Fields = z.strictObject({
  /** The message that is sent. */
  run: Identifier,
  /** The prototype that it is sent to. */
  type: Identifier,
  params: Config.optional(),
  privileged: z.boolean().optional(),
  container_limits: ContainerLimits.optional(),
  tags: Tags.optional(),
});

/** Sends a message to a prototype. @see https://github.com/concourse/rfcs/pull/37 */
export interface RunStep extends z.infer<typeof Fields>, Modifiers {}
/** See the interface of this name. */
export const RunStep: z.ZodType<RunStep> = z.lazy(() =>
  z.strictObject({ ...modifiers, ...Fields.shape })
);
