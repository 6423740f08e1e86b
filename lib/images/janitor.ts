/**
 * Cleans up after a build however it ends, SIGKILL included.
 *
 * A shell in a session of its own reads what to clean from a pipe. When the pipe closes, because the
 * build is done or its process is gone, it ends the process groups and removes the paths.
 *
 * @module
 */
import { exec } from "lib/cli/exec.ts";
import { quote } from "lib/images/shell.ts";

const SCRIPT = `
trap '' INT TERM HUP
groups= patients= patience=0 nl='
'
paths=
without() { gone=$1; shift; kept=; for g; do [ "$g" = "$gone" ] || kept="$kept $g"; done; }
finish() {
  limit=$1 i=0
  shift
  while [ $i -lt "$limit" ]; do
    alive=
    for g; do kill -s 0 -- "-$g" 2>/dev/null && alive=1; done
    [ -n "$alive" ] || break
    i=$((i + 1)); sleep 0.1
  done
  for g; do kill -s KILL -- "-$g" 2>/dev/null; done
}
while read -r verb value; do
  case $verb in
    group) groups="$groups $value" ;;
    patient) patients="$patients $value" ;;
    patience) patience=$value ;;
    ended) without "$value" $groups; groups=$kept; without "$value" $patients; patients=$kept ;;
    path) paths="$paths$value$nl" ;;
    keep) new=; IFS=$nl; for p in $paths; do [ "$p" = "$value" ] || new="$new$p$nl"; done; unset IFS; paths=$new ;;
  esac
done
for g in $groups $patients; do kill -s TERM -- "-$g" 2>/dev/null; done
finish 50 $groups
finish $((patience * 10)) $patients
IFS=$nl
for p in $paths; do
  i=0
  while [ $i -lt 50 ]; do
    left=$(printf %s "$p" | grep -lsaF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d/ -f3 | sort -u)
    [ -n "$left" ] || break
    for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
    i=$((i + 1)); sleep 0.1
  done
done
for p in $paths; do rm -rf --one-file-system -- "$p"; done
`;

/** See the module's description. */
export class Janitor implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #closed = false;

  /** Starts the shell. */
  constructor() {
    this.#child = new Deno.Command("setsid", {
      args: ["sh", "-c", SCRIPT],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      cwd: "/",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
  }

  /** Of the shell. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether a process is a janitor: its number may have become another's. */
  static async lives(pid: number): Promise<boolean> {
    // Deno itself lets nobody read `/proc` who may not do everything.
    const { stdout } = await exec("cat", [`/proc/${pid}/cmdline`]);
    return stdout.includes(SCRIPT);
  }

  async #tell(verb: string, value: string | number): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${verb} ${value}\n`));
  }

  /**
   * Starts a command as the leader of a process group that will not outlive the build.
   *
   * @param command The program
   * @param args Its arguments
   * @param options As of `Deno.Command`; `patience` is how many seconds it may take to end after SIGTERM,
   * default 5
   */
  async spawn(
    command: string,
    args: readonly string[],
    { patience, ...options }: Omit<Deno.CommandOptions, "args" | "stdin"> & { patience?: number } =
      {},
  ): Promise<Deno.ChildProcess> {
    // Waits for a line, so that the group is known to the janitor before the program runs.
    const child = new Deno.Command("setsid", {
      ...options,
      args: ["sh", "-c", `read -r _; exec "$0" "$@" </dev/null`, command, ...args],
      stdin: "piped",
    }).spawn();
    if (patience === undefined) {
      await this.#tell("group", child.pid);
    } else {
      await this.#tell("patience", patience);
      await this.#tell("patient", child.pid);
    }
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    await writer.close();
    return child;
  }

  /** The group's processes are gone in good order: its number may be another's by now. */
  async ended(child: Deno.ChildProcess): Promise<void> {
    await this.#tell("ended", child.pid);
  }

  /**
   * Removes a path in the end, and ends every process whose command line or environment holds it;
   * name it before it is made, and make it unlike any other.
   */
  async remove(path: string): Promise<void> {
    if (path.includes("\n")) throw new TypeError(`Unfit for the janitor: ${quote(path)}`);
    await this.#tell("path", path);
  }

  /** Keeps a path after all. */
  async keep(path: string): Promise<void> {
    await this.#tell("keep", path);
  }

  /** Has everything cleaned up, and waits for it; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.close();
    await this.#child.status;
  }
}

/** Ends a whole process group. */
export async function killGroup(
  child: Deno.ChildProcess,
  signal: "TERM" | "KILL" | "INT",
): Promise<void> {
  await new Deno.Command("kill", {
    args: [`-${signal}`, "--", `-${child.pid}`],
    stdout: "null",
    stderr: "null",
  }).output();
}
