import { type Env, processEnv } from "lib/schema/env.ts";

/** What a task may touch of the process; tests hand it a fake. */
export interface Io {
  /** Writes one line of the result to stdout. */
  out(line: string): void;
  /** Writes one line of narration to stderr. */
  err(line: string): void;
  /** The environment's variables. */
  readonly env: Env;
  /** Reads all of stdin. */
  stdin(): Promise<Uint8Array>;
  /** Asks a yes/no question on the terminal; `false` where there is none. */
  confirm(question: string): Promise<boolean>;
  /** Whether stderr is a terminal that a live list may be drawn on. */
  readonly isTerminal: boolean;
  /** Whether colour is wanted: a terminal, and neither `NO_COLOR` nor `TERM=dumb`. */
  readonly color: boolean;
  /** Aborted by Ctrl-C (SIGINT), SIGTERM or SIGHUP; the reason is the signal's name. */
  readonly signal: AbortSignal;
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  try {
    while (written < bytes.length) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    // `deno task … | head` closes the pipe early: that is the reader's choice, not a failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Deno's own `confirm` blocks: no signal comes through while it waits. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const [process, { createInterface }] = await Promise.all([
    import("node:process"),
    import("node:readline/promises"),
  ]);
  const { stdin: input, stderr: output } = process.default;
  if (input.readableEnded) return false;
  const terminal = createInterface({ input, output, terminal: false });
  // Ctrl-D ends the input without an answer.
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([
      terminal.question(`${question} [y/N] `, { signal }),
      closed,
    ]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
  }
}

/** The real process. */
export function processIo(signal: AbortSignal): Io {
  const env = processEnv;
  const isTerminal = Deno.stderr.isTerminal() && env("CI") === undefined && env("TERM") !== "dumb";
  return {
    out: (line) => writeAll(Deno.stdout, `${line}\n`),
    err: (line) => writeAll(Deno.stderr, `${line}\n`),
    env,
    stdin: async () => new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    confirm: async (question) =>
      Deno.stdin.isTerminal() && Deno.stderr.isTerminal() && await ask(question, signal),
    isTerminal,
    color: isTerminal && env("NO_COLOR") === undefined,
    signal,
  };
}
