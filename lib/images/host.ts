import {
  asCommand,
  type Command,
  type Fact,
  type Facts,
  type Operation,
} from "lib/images/operation.ts";
import { ConnectionLost, type Target } from "lib/images/target.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * What a run of operations is for: `plan` reads facts and says what would be done, `apply` does it,
 * `verify` is the plan after it, which has to be empty.
 */
export type Mode = "plan" | "apply" | "verify";

/** What became of one operation. */
export interface Outcome {
  /** `vault: Install the release`. */
  readonly name: string;
  readonly kind: string;
  /** Whether any command was needed. */
  readonly changed: boolean;
  /** Each command's shell text and diff, redacted; never its stdin. */
  readonly commands: readonly { readonly shell: string; readonly diff?: string }[];
  readonly milliseconds: number;
}

/** How a host is set up. */
export interface HostOptions {
  readonly mode: Mode;
  /** Whether systemd runs there: see {@linkcode readBooted}. */
  readonly booted: boolean;
  /** Hides secrets in whatever is told about a command. */
  readonly redact?: (text: string) => string;
  /** Told after each operation. */
  readonly onOutcome?: (outcome: Outcome) => void;
  /** Stops between two commands. */
  readonly signal?: AbortSignal;
}

/** Whether systemd runs as the target's init. */
export async function readBooted(target: Target): Promise<boolean> {
  return (await target.run("test -d /run/systemd/system")).code === 0;
}

/** A machine that operations are run on, in one of the three modes. */
export class Host implements Facts {
  readonly mode: Mode;
  readonly booted: boolean;
  /** What became of each operation so far. */
  readonly outcomes: Outcome[] = [];
  readonly #known = new Map<string, unknown>();
  readonly #options: HostOptions;
  readonly #claims = new Map<string, string>();
  #component = "";

  /**
   * @param target The machine
   * @param options Mode and callbacks
   */
  constructor(readonly target: Target, options: HostOptions) {
    this.#options = options;
    this.mode = options.mode;
    this.booted = options.booted;
  }

  /** Names the component whose operations follow; their names start with it. */
  enter(component: string): void {
    this.#component = component;
  }

  async fact<A, T>(fact: Fact<A, T>, argument: A): Promise<T> {
    const key = `${fact.name} ${JSON.stringify(argument ?? null)}`;
    if (!this.#known.has(key)) {
      const result = await this.target.run(fact.command(argument));
      if (result.code !== 0) {
        throw new Problem(
          `Cannot read ${this.#redact(key)} on ${this.target.name}: exit code ${result.code}: ${
            this.#redact(result.stderr.trim().slice(-500))
          }`,
        );
      }
      this.#known.set(key, fact.parse(result.stdout, argument));
    }
    return this.#known.get(key) as T;
  }

  /**
   * Runs one operation.
   *
   * An idempotent one whose connection broke is asked again, from fresh facts, once.
   *
   * @param title What it is for, in the imperative: `Install the release`
   * @param operation What to do
   * @returns Whether it changed (or would change) anything
   * @throws {Problem} naming operation, command, exit code and the machine's own words, or the
   * component that already claims the same path or user
   */
  async run(title: string, operation: Operation): Promise<Outcome> {
    const name = this.#component ? `${this.#component}: ${title}` : title;
    this.#claim(name, operation);
    const started = performance.now();
    const commands: { shell: string; diff?: string }[] = [];
    try {
      await this.#drain(name, operation, commands);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !operation.idempotent || this.mode !== "apply") {
        throw named(error, name);
      }
      this.#known.clear();
      await this.#drain(name, operation, commands);
    }
    const outcome: Outcome = {
      name,
      kind: operation.kind,
      changed: commands.length > 0,
      commands,
      milliseconds: performance.now() - started,
    };
    this.outcomes.push(outcome);
    this.#options.onOutcome?.(outcome);
    return outcome;
  }

  #claim(name: string, operation: Operation): void {
    for (const claim of operation.claims ?? []) {
      const other = this.#claims.get(claim);
      if (other !== undefined && other !== this.#component) {
        throw new Problem(
          `${name}: component ${other} manages ${claim} already: leave it to one of them`,
        );
      }
      this.#claims.set(claim, this.#component);
    }
  }

  async #drain(
    name: string,
    operation: Operation,
    done: { shell: string; diff?: string }[],
  ): Promise<void> {
    for await (const yielded of operation.commands(this)) {
      this.#options.signal?.throwIfAborted();
      const command = asCommand(yielded);
      if (this.mode === "apply") await this.#execute(name, command);
      done.push({
        shell: this.#redact(command.shell),
        ...(command.diff === undefined ? {} : { diff: this.#redact(command.diff) }),
      });
    }
  }

  async #execute(name: string, command: Command): Promise<void> {
    for (let attempt = 0;; attempt++) {
      this.#options.signal?.throwIfAborted();
      const result = await this.target.run(command.shell, { stdin: command.stdin });
      this.#known.clear();
      if (result.code === 0) return await command.receive?.(result.stdout);
      if (attempt < (command.retries ?? 0)) continue;
      const said = (result.stderr.trim() || result.stdout.trim()).slice(-2000) || "(nothing)";
      // What is tried several times says the same several times.
      const lines = said.split("\n").filter((line, index, all) => line !== all[index - 1]);
      throw new Problem(this.#redact(
        `${name} failed on ${this.target.name} with exit code ${result.code}: ${lines.join("\n")}` +
          // A longer script is in the plan.
          (command.shell.length > 400 ? "" : `\nIt ran: ${command.shell}`),
      ));
    }
  }

  #redact(text: string): string {
    return this.#options.redact?.(text) ?? text;
  }
}

function named(error: unknown, name: string): unknown {
  if (!(error instanceof Problem) || error.message.startsWith(name)) return error;
  return new Problem(`${name}: ${error.message}`, { cause: error });
}
