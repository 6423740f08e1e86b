/** What the settings of several components are made of. */
import { z } from "zod";

/** A TCP port. */
export const Port: z.ZodInt = z.int().min(1).max(65_535);

/** A path from the root. */
export const AbsolutePath: z.ZodString = z.string().regex(/^\/[^\s]*$/, "is not an absolute path");
