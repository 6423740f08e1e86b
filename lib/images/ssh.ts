/**
 * A machine over OpenSSH: one master connection, one shell on it that takes command after command
 * (a few milliseconds each), and a channel of its own for a command with stdin.
 *
 * @module
 */
import { kill } from "lib/cli/exec.ts";
import { quote } from "lib/images/shell.ts";
import { type CommandResult, ConnectionLost, type Target } from "lib/images/target.ts";
import { Problem } from "lib/schema/problem.ts";

/** Where and as whom to log in. */
export interface SshAddress {
  readonly host: string;
  readonly port: number;
  /** `root`, or one who may `sudo` without a password. */
  readonly user: string;
  /** The private key's file. */
  readonly key: string;
}

/** ssh's options for a throw-away machine: no questions, no known hosts, no agent. */
export const sshOptions = (address: SshAddress): string[] => [
  "-i",
  address.key,
  "-p",
  String(address.port),
  ...[
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "ConnectTimeout=10",
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
  ].flatMap((option) => ["-o", option]),
];

const SSH_FAILED = 255;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** See the module's description. Close it: it owns a process and a socket. */
export class SshTarget implements Target {
  readonly name: string;
  readonly #address: SshAddress;
  readonly #folder: string;
  #shell: RemoteShell | undefined;

  /** @param address Where to log in */
  constructor(address: SshAddress) {
    this.#address = address;
    this.name = `${address.user}@${address.host}:${address.port}`;
    this.#folder = Deno.makeTempDirSync({ prefix: "ssh-" });
  }

  #arguments(command: string): string[] {
    return [
      ...sshOptions(this.#address),
      ...["ControlMaster=auto", `ControlPath=${this.#folder}/master`, "ControlPersist=30"]
        .flatMap((option) => ["-o", option]),
      `${this.#address.user}@${this.#address.host}`,
      this.#address.user === "root" ? command : `sudo -n ${command}`,
    ];
  }

  async run(
    shell: string,
    options: { stdin?: string | Uint8Array; timeout?: number } = {},
  ): Promise<CommandResult> {
    const timeout = (options.timeout ?? 900) * 1000;
    if (options.stdin !== undefined) return await this.#runAlone(shell, options.stdin, timeout);
    try {
      this.#shell ??= new RemoteShell(this.#arguments("sh"), this.name);
      return await this.#shell.run(shell, timeout);
    } catch (error) {
      await this.#shell?.close();
      this.#shell = undefined;
      throw error;
    }
  }

  async #runAlone(
    shell: string,
    stdin: string | Uint8Array,
    timeout: number,
  ): Promise<CommandResult> {
    const child = new Deno.Command("ssh", {
      args: this.#arguments(`sh -c ${quote(shell)}`),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writing = write(child, stdin);
    const timer = setTimeout(() => kill(child, "SIGTERM"), timeout);
    try {
      const [output] = await Promise.all([child.output(), writing]);
      const result = {
        code: output.code,
        stdout: decoder.decode(output.stdout),
        stderr: decoder.decode(output.stderr),
      };
      if (output.signal) throw new Problem(`${this.name}: no answer in ${timeout / 1000} s`);
      if (output.code === SSH_FAILED) throw new ConnectionLost(this.name, result.stderr.trim());
      return result;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#shell?.close();
    this.#shell = undefined;
    await new Deno.Command("ssh", {
      args: ["-O", "exit", "-o", `ControlPath=${this.#folder}/master`, "nowhere"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}

async function write(child: Deno.ChildProcess, input: string | Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof input === "string" ? encoder.encode(input) : input);
    await writer.close();
  } catch (error) {
    // A command that ends before it has read everything, or ssh itself gone: its code tells.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** One `sh` that runs command after command; a marker that no output can hold ends each answer. */
class RemoteShell {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #stdout: UntilMarker;
  readonly #stderr: UntilMarker;
  readonly #marker = `--${crypto.randomUUID()}--`;
  readonly #name: string;

  constructor(args: string[], name: string) {
    this.#name = name;
    this.#child = new Deno.Command("ssh", {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#stdout = new UntilMarker(this.#child.stdout, this.#marker);
    this.#stderr = new UntilMarker(this.#child.stderr, this.#marker);
  }

  async run(shell: string, timeout: number): Promise<CommandResult> {
    const line = `sh -c ${
      quote(shell)
    } </dev/null; printf '%s %d\\n' '${this.#marker}' $?; printf '%s\\n' '${this.#marker}' >&2\n`;
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      kill(this.#child, "SIGKILL");
    }, timeout);
    try {
      await this.#writer.write(encoder.encode(line)).catch(() => {});
      const [out, err] = await Promise.all([this.#stdout.next(), this.#stderr.next()]);
      if (expired) throw new Problem(`${this.#name}: no answer in ${timeout / 1000} s`);
      if (out.tail === undefined) throw new ConnectionLost(this.#name, err.text.trim());
      return { code: Number(out.tail), stdout: out.text, stderr: err.text };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    kill(this.#child, "SIGTERM");
    await this.#child.status;
    await Promise.all([this.#stdout.cancel(), this.#stderr.cancel()]);
  }
}

/** Splits a stream of answers at lines that start with a marker. */
class UntilMarker {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #marker: Uint8Array;
  #held = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>, marker: string) {
    this.#reader = stream.getReader();
    this.#marker = encoder.encode(marker);
  }

  /** The bytes before the marker, and the rest of its line; `tail` is undefined at the end. */
  async next(): Promise<{ text: string; tail: string | undefined }> {
    let from = 0;
    for (;;) {
      const at = indexOf(this.#held, this.#marker, from);
      const end = at < 0 ? -1 : this.#held.indexOf(10, at);
      if (end >= 0) {
        const text = decoder.decode(this.#held.subarray(0, at));
        const tail = decoder.decode(this.#held.subarray(at + this.#marker.length, end)).trim();
        this.#held = this.#held.slice(end + 1);
        return { text, tail };
      }
      from = Math.max(0, (at < 0 ? this.#held.length : at) - this.#marker.length);
      const { value, done } = await this.#reader.read();
      if (done) return { text: decoder.decode(this.#held), tail: undefined };
      const joined = new Uint8Array(this.#held.length + value.length);
      joined.set(this.#held);
      joined.set(value, this.#held.length);
      this.#held = joined;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  outer: for (
    let at = bytes.indexOf(wanted[0], from);
    at >= 0;
    at = bytes.indexOf(wanted[0], at + 1)
  ) {
    if (at + wanted.length > bytes.length) return -1;
    for (let i = 1; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) continue outer;
    return at;
  }
  return -1;
}
