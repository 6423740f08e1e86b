import { z } from "zod";
import type { Check } from "lib/images/check.ts";
import type { Use } from "lib/images/component.ts";
import type { Environment } from "lib/schema/environment.ts";

/** What differs between two builds of one image. */
export interface BuildContext {
  /** The role of the machine: one of the image's `nodeTypes`. */
  readonly nodeType: string;
  readonly environment: Environment;
}

/** What an image may grow to; a build that exceeds it fails. */
export const Budget = z.strictObject({
  /** Of the sealed root file system, in MiB. */
  sizeMiB: z.int().min(1),
  /** Ports that may listen on an address other than loopback, once booted; ssh's 22 always may. */
  openPorts: z.array(z.int().min(1).max(65535)).default([]),
  /** Programs that may run with their owner's rights (setuid), beyond the base's. */
  setuid: z.array(z.string()).default([]),
});
/** See the fields. */
export type Budget = z.output<typeof Budget>;

/** What an image is made from. */
export interface ImageDefinition {
  /** The folder's name under `images/`. */
  readonly name: string;
  /** One sentence: what machines of it are for. */
  readonly purpose: string;
  /** Roles; the first is the default. */
  readonly nodeTypes: readonly [string, ...string[]];
  /** Which components, with which settings. */
  components(context: BuildContext): readonly Use[];
  readonly budget: z.input<typeof Budget>;
  /** Checks on the booted machine beyond those of the components. */
  checks?(context: BuildContext): readonly Check[];
}

/** An image: plain data and functions; nothing happens before it is built. */
export interface Image extends Omit<ImageDefinition, "budget"> {
  readonly budget: Budget;
}

/** Defines an image; the default export of `images/<name>/image.ts`. */
export function defineImage(definition: ImageDefinition): Image {
  return { ...definition, budget: Budget.parse(definition.budget) };
}
