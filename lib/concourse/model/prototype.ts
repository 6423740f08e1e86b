import { z } from "zod";
import { ResourceType } from "./resource_type.ts";

/** Where the image comes from that answers the messages of `run` steps. @see https://github.com/concourse/rfcs/pull/37 */
export const Prototype = z.strictObject(ResourceType.shape);
/** See the schema of this name. */
export type Prototype = z.infer<typeof Prototype>;
