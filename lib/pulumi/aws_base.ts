import { z } from "zod";
import { BusinessUnit, organization, Region } from "lib/organization.ts";
import { Environment } from "lib/schema/environment.ts";

/** The tags that a stack's configuration carries; more than these may be given. */
export const AWSTags = z.object({
  /** The unit that pays. */
  OU: BusinessUnit,
  /** The environment: `CI`, `QA`, `Production`, or one of those after a network (`operations-qa`). */
  Environment: z.string().refine(
    (value) =>
      Environment.options.some((name) =>
        value === name || value.toLowerCase().endsWith(`-${name.toLowerCase()}`)
      ),
    { message: `must be ${Environment.options.join(", ")}, or <network>-<environment>` },
  ),
  /** Who answers for it; default the organization's owner. */
  Owner: z.string().min(1).default(organization.owner),
  /** The application, where it is not the project. */
  Application: z.string().min(1).optional(),
}).catchall(z.string().min(1).max(256));
/** Validated tags. */
export type AWSTags = z.infer<typeof AWSTags>;

/** What the configuration of every stack on AWS holds: extend it with a project's own keys. */
export const AWSBase = z.strictObject({
  tags: AWSTags,
  /** Default the organization's region. */
  region: Region.default(organization.region),
});
/** A validated configuration. */
export type AWSBase = z.infer<typeof AWSBase>;
