import { z } from "zod";

/** How the web interface looks. @see https://concourse-ci.org/docs/pipelines/#display_config-schema */
export const Display = z.strictObject({
  /** The URL of an image: `http`, `https` or relative. */
  background_image: z.string().optional(),
  /** A CSS filter; default `opacity(30%) grayscale(100%)`. */
  background_filter: z.string().optional(),
});
/** See the schema of this name. */
export type Display = z.infer<typeof Display>;
