import { Crontab } from "lib/images/facts/server.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { line } from "lib/images/operations/files/line.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Runs shell commands: on every run, unless `creates` exists or `unless` succeeds.
 *
 * @param options `commands`: one after the other, until one fails; `creates`: a path that they make;
 * `unless`: a command that exits 0 when there is nothing to do; `stdin`: for the first command, the
 * place for secrets
 */
export function shell(
  options: {
    commands: readonly string[];
    creates?: string;
    unless?: string;
    stdin?: string;
  },
): Operation {
  const guard = options.creates === undefined
    ? options.unless
    : sh`[ -e ${options.creates} ]` + (options.unless ? ` && ${options.unless}` : "");
  return operation("server.shell", async function* (facts) {
    if (guard !== undefined && await facts.fact(Succeeds, guard)) return;
    for (const [index, command] of options.commands.entries()) {
      yield index === 0 && options.stdin !== undefined
        ? { shell: command, stdin: options.stdin }
        : command;
    }
  }, { idempotent: guard !== undefined });
}

/** Whether a command exits 0. */
const Succeeds = {
  name: "server.Succeeds",
  command: (guard: string) => `if ( ${guard} ) >/dev/null 2>&1; then echo yes; fi`,
  parse: (stdout: string) => stdout.trim() === "yes",
};

/**
 * Runs a script with its own interpreter line; guarded as {@linkcode shell}. The script reaches the
 * machine through stdin and leaves nothing there.
 *
 * @param options `content`: the script; `creates`, `unless`: as of `shell`
 */
export function script(
  options: { content: string; creates?: string; unless?: string },
): Operation {
  const run =
    `t=$(mktemp) && trap 'rm -f "$t"' EXIT && cat > "$t" && chmod 700 "$t" && "$t" </dev/null`;
  return {
    ...shell({ ...options, commands: [run], stdin: options.content }),
    kind: "server.script",
  };
}

/** What {@linkcode crontab} takes. */
export interface CrontabOptions {
  /** What identifies the job: it is noted in a comment above its line. */
  readonly name: string;
  readonly command: string;
  /** Five fields, or `@daily` and the like. */
  readonly schedule: string;
  /** Default `root`. */
  readonly user?: string;
  /** Whether the job shall be there; default true. */
  readonly present?: boolean;
}

/**
 * Keeps one job in a user's crontab; other jobs stay as they are.
 *
 * @throws {Problem} for a schedule that is none, or a line break
 */
export function crontab(options: CrontabOptions): Operation {
  if (!/^(@\w+|(\S+\s+){4}\S+)$/.test(options.schedule)) {
    throw new Problem(`"${options.schedule}" is no schedule: give five fields, or @daily`);
  }
  if (/[\n\r]/.test(options.name + options.command)) {
    throw new Problem(`Job "${options.name}" cannot hold a line break`);
  }
  return operation("server.crontab", async function* (facts) {
    const user = options.user ?? "root";
    const comment = `# job: ${options.name}`;
    const lines = (await facts.fact(Crontab, user)).split("\n");
    if (lines.at(-1) === "") lines.pop();
    const at = lines.indexOf(comment);
    const wanted = [comment, `${options.schedule} ${options.command}`];
    const changed = [...lines];
    if (options.present === false) {
      if (at >= 0) changed.splice(at, 2);
    } else if (at < 0) changed.push(...wanted);
    else changed.splice(at, 2, ...wanted);
    if (changed.join("\n") === lines.join("\n")) return;
    yield {
      shell: `crontab -u ${quote(user)} -`,
      stdin: changed.map((text) => `${text}\n`).join(""),
    };
  });
}

/**
 * Sets a limit of the login session in `/etc/security/limits.conf`.
 *
 * @param options `domain`: a user, `@group` or `*`; `type`: `soft`, `hard` or `-`; `item`: `nofile`;
 * `value`: its value
 */
export function limits(
  options: { domain: string; type: "soft" | "hard" | "-"; item: string; value: number | string },
): Operation {
  const { domain, type, item, value } = options;
  const escaped = domain.replace(/[*.]/g, "\\$&");
  return {
    ...line({
      path: "/etc/security/limits.conf",
      line: `^${escaped}[[:space:]]\\+${type}[[:space:]]\\+${item}[[:space:]]`,
      replace: `${domain}\t${type}\t${item}\t${value}`,
    }),
    kind: "server.limits",
  };
}
