import { z } from "zod";
import { RehearsalServers } from "lib/pulumi/rehearse/rehearsal.ts";

/** What a stack host is told, as one line of JSON on its stdin. */
export const HostRequest = z.strictObject({
  /** The repository's root. */
  root: z.string(),
  /** The project's folder below it. */
  folder: z.string(),
  /** The stack's name. */
  stack: z.string(),
  /** Whether the host answers for the providers too. */
  simulate: z.boolean(),
  /** Real servers for part of what is simulated. */
  servers: RehearsalServers.optional(),
  /** What is not known yet: upstream stacks by full name, or `<full name>#<output>` (`*`: all) for one output. */
  unknown: z.array(z.string()),
  /** Whether to ask before the program of an update runs, when the CLI holds the stack's lock. */
  asks: z.boolean(),
  /** Configuration keys set on the command line; never secrets. */
  overrides: z.record(z.string(), z.unknown()),
});
/** What a stack host is told. */
export type HostRequest = z.infer<typeof HostRequest>;

/** What a stack host says, one line of JSON each, on its stdout. */
export const HostMessage = z.discriminatedUnion("kind", [
  /** It listens on the loopback port: for the language runtime and, when asked, the providers. */
  z.strictObject({ kind: z.literal("listening"), port: z.int() }),
  /** The program asked eagerly for what is not known. */
  z.strictObject({ kind: z.literal("deferred"), reason: z.string() }),
  /** The CLI holds the stack's lock and is about to write: answered with a {@linkcode HostAnswer}. */
  z.strictObject({ kind: z.literal("locked") }),
  /** Something that a person should know. */
  z.strictObject({ kind: z.literal("note"), text: z.string() }),
  /** The program failed: each problem, once. */
  z.strictObject({ kind: z.literal("failed"), problems: z.array(z.string()) }),
]);
/** What a stack host says. */
export type HostMessage = z.infer<typeof HostMessage>;

/** The answer to `locked`, one line of JSON on stdin: what stands against it, or nothing. */
export const HostAnswer = z.strictObject({ problems: z.array(z.string()) });
/** The answer to `locked`. */
export type HostAnswer = z.infer<typeof HostAnswer>;
