/**
 * The model of every operation: facts → decision → commands, as in pyinfra.
 *
 * An operation reads facts and yields the commands that bring the machine to the wanted state.
 * Yielding nothing means "no change". It never runs anything itself, so that the same code plans,
 * applies and verifies.
 *
 * @module
 */

/** One thing that can be read off a machine without changing it. */
export interface Fact<A, T> {
  /** Unique name: `files.Path`. With the argument it keys the cache. */
  readonly name: string;
  /** The shell command whose output tells; it must exit 0 also where there is nothing to tell. */
  command(argument: A): string;
  /** Turns the command's stdout into the value. */
  parse(stdout: string, argument: A): T;
}

/** Defines a fact; only infers its types. */
export const defineFact = <A, T>(fact: Fact<A, T>): Fact<A, T> => fact;

/** What an operation may know. */
export interface Facts {
  /** Reads a fact; the answer is kept until the next command that was really run. */
  fact<A, T>(fact: Fact<A, T>, argument: A): Promise<T>;
  /** Whether systemd runs as the machine's init: false in a chroot, where nothing can be started. */
  readonly booted: boolean;
}

/** One command that changes the machine. */
export interface Command {
  /** What the machine's shell runs; shown in plans and logs, so never with a secret in it. */
  readonly shell: string;
  /** What the command reads from its stdin: the place for content and for secrets. */
  readonly stdin?: string | Uint8Array;
  /** What would change, as a unified diff; for the plan. */
  readonly diff?: string;
  /** How often to try again when it fails; default 0. */
  readonly retries?: number;
  /** What to do on this side with the command's stdout, once it has succeeded. */
  readonly receive?: (stdout: string) => Promise<void>;
}

/** Facts in, commands out. Yields nothing where the machine is already as wanted. */
export interface Operation {
  /** The operation's kind: `files.put`. */
  readonly kind: string;
  /** Whether a second run yields nothing; default true. `server.shell` cannot promise that. */
  readonly idempotent?: boolean;
  /**
   * What of the machine is this operation's alone: `path /etc/vault/00-vault.json`, `user vault`.
   * Two components that claim the same are a fault of the image.
   */
  readonly claims?: readonly string[];
  /** Yields commands, one after the other, each run before the next is asked for. */
  commands(facts: Facts): AsyncGenerator<Command | string, void>;
}

/** Defines an operation of a kind from its generator. */
export const operation = (
  kind: string,
  commands: Operation["commands"],
  options: { idempotent?: boolean; claims?: readonly string[] } = {},
): Operation => ({
  kind,
  commands,
  idempotent: options.idempotent ?? true,
  claims: options.claims ?? [],
});

/** A yielded command in its full form. */
export const asCommand = (command: Command | string): Command =>
  typeof command === "string" ? { shell: command } : command;
