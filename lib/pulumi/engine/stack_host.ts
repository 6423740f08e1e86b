import { messageOf, Problem } from "lib/schema/problem.ts";
import { kill } from "lib/cli/exec.ts";
import { hostsOf } from "lib/pulumi/rehearse/connect.ts";
import { ROOT } from "lib/cli/root.ts";
import { type HostAnswer, HostMessage, type HostRequest } from "lib/pulumi/host/protocol.ts";

/** A stack host that runs. */
export interface StackHost {
  /** Where it listens, on loopback. */
  readonly port: number;
  /** What it said since, in order. */
  readonly messages: readonly HostMessage[];
  /** Ends it, waits for its end, and gives the reason when it had crashed before. */
  stop(): Promise<string | undefined>;
}

/** Milliseconds that a host may take before it listens; imports on a loaded machine are slow. */
const START_TIMEOUT = 120_000;

/** How a stack host is started. */
export interface HostOptions {
  /** Where its stderr goes. */
  readonly logFile: string;
  readonly env: Record<string, string>;
  /** Told what a person should know. */
  readonly note: (text: string) => void;
  /**
   * What stands against the write that the CLI is about to do, asked while it holds the stack's lock.
   * Default: nothing does.
   */
  readonly ask?: () => Promise<readonly string[]>;
}

/**
 * Starts a stack host as a child process.
 *
 * @throws {Problem} when it does not come up, with what it said
 */
export async function startStackHost(
  request: Omit<HostRequest, "asks">,
  options: HostOptions,
): Promise<StackHost> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      // Stacks run beside each other: threads of V8's own only take processors from other stacks.
      "--v8-flags=--single-threaded",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      // Real secrets may lie behind a program (sops, a key command) or a Vault; made-up ones do not.
      ...(request.simulate
        ? [`--allow-net=${["127.0.0.1", ...await hostsOf(request.servers ?? {})]}`]
        : ["--allow-net", "--allow-run"]),
      "--config",
      `${ROOT}/deno.json`,
      new URL("../host/main.ts", import.meta.url).href,
    ],
    env: options.env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C goes to all of a terminal's process group; the CLI has to find its host alive to cancel.
    detached: true,
  }).spawn();
  const logging = Deno.writeFile(options.logFile, child.stderr, { append: true, mode: 0o600 });
  const messages: HostMessage[] = [];
  const listening = Promise.withResolvers<number>();
  const stdin = child.stdin.getWriter();
  // A host that is gone says so by its end.
  const tell = (line: HostRequest | HostAnswer) =>
    stdin.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`)).catch(() => {});
  const reading = (async () => {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const message = readMessage(line);
        if (message === undefined) continue;
        messages.push(message);
        if (message.kind === "listening") listening.resolve(message.port);
        if (message.kind === "note") options.note(message.text);
        if (message.kind === "locked") {
          const problems = await options.ask!().catch((error) => [messageOf(error)]);
          await tell({ problems: [...problems] });
        }
      }
    }
  })();
  const ended = child.status.then(async ({ code, signal }) => {
    await Promise.all([reading, logging]);
    // Told to stop it dies of SIGTERM, or ends by itself when stdin closes.
    if (signal === "SIGTERM" || code === 0) return undefined;
    const said = messages.flatMap((message) => message.kind === "failed" ? message.problems : []);
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    return said.join("\n") || `the stack host ${how}: see ${options.logFile}`;
  });
  void ended.then((crash) =>
    listening.reject(new Problem(crash ?? "The stack host ended before it listened"))
  );
  listening.promise.catch(() => {});
  const timer = setTimeout(
    () => listening.reject(new Problem(`The stack host did not start: see ${options.logFile}`)),
    START_TIMEOUT,
  );
  const stop = async () => {
    kill(child, "SIGTERM");
    await stdin.close().catch(() => {});
    return await ended;
  };
  try {
    await tell({ ...request, asks: options.ask !== undefined });
    return { port: await listening.promise, messages, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A line that is no message is something that a program printed: it is left out. */
function readMessage(line: string): HostMessage | undefined {
  try {
    return HostMessage.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
