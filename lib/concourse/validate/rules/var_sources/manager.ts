import type { Datum } from "lib/concourse/validate/datum.ts";

/** A credential manager cannot be made of its config: the message is Concourse's. */
export class CreationError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CreationError";
}

/** A kind of credential manager. */
export interface Manager {
  /** Whether pipelines may use it. */
  readonly supported: boolean;
  /**
   * Checks a config.
   *
   * @returns What is wrong with what it says, in Concourse's words
   * @throws {CreationError} when its shape is wrong
   */
  check(config: Datum | undefined): string | undefined;
}
