import { Problem } from "lib/schema/problem.ts";

/** What a command on the machine left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that commands can be run on as root. */
export interface Target {
  /** For messages: `root@127.0.0.1:2222`. */
  readonly name: string;
  /**
   * Runs a POSIX shell command to its end; a non-zero code is no error here.
   *
   * @param shell The command
   * @param options `stdin`, and `timeout` in seconds, default 900
   * @throws {ConnectionLost} when the machine can no longer be talked to
   * @throws {Problem} when the time is up
   */
  run(
    shell: string,
    options?: { stdin?: string | Uint8Array; timeout?: number },
  ): Promise<CommandResult>;
  /** Ends the connection; idempotent. */
  close(): Promise<void>;
}

/** The connection broke while a command ran: whether it took effect is unknown. */
export class ConnectionLost extends Problem {
  override readonly name = "ConnectionLost";

  /**
   * @param target The machine's name
   * @param detail What ssh said
   */
  constructor(target: string, detail: string) {
    super(`Lost the connection to ${target}: ${detail || "it closed without a word"}`);
  }
}
