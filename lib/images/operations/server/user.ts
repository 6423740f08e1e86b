import { sha256 } from "lib/schema/digest.ts";
import { Path } from "lib/images/facts/files.ts";
import { Groups, PasswordDigest, type UserInfo, Users } from "lib/images/facts/server.ts";
import { type Command, type Facts, type Operation, operation } from "lib/images/operation.ts";
import { directory } from "lib/images/operations/files/directory.ts";
import { put } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** What {@linkcode user} takes; what is left out of an existing account is left as it is. */
export interface UserOptions {
  readonly user: string;
  /** Whether the account shall exist; default true. */
  readonly present?: boolean;
  /** Default `/home/<user>`, or what the account has. */
  readonly home?: string;
  readonly shell?: string;
  /** The primary group; default one of the user's name. */
  readonly group?: string;
  /** The secondary groups: exactly these, or with `append` at least these. */
  readonly groups?: readonly string[];
  readonly append?: boolean;
  /** All public keys that may log in: the account's `authorized_keys` is exactly these. */
  readonly publicKeys?: readonly string[];
  /** Create the home directory, owned by the user; default true. */
  readonly ensureHome?: boolean;
  /** A system account, with an id below 1000. */
  readonly system?: boolean;
  readonly uid?: number;
  readonly comment?: string;
  /** The encrypted (`$y$…`) password; it reaches the machine through stdin only. */
  readonly password?: string;
}

const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/**
 * Creates, changes or removes an account, its home directory and its public keys.
 *
 * @throws {Problem} for a name that Debian refuses
 */
export function user(options: UserOptions): Operation {
  for (const name of [options.user, options.group, ...options.groups ?? []]) {
    if (name !== undefined && !NAME.test(name)) {
      throw new Problem(`"${name}" is not a user or group name that Debian accepts`);
    }
  }
  return operation("server.user", async function* (facts) {
    const existing = (await facts.fact(Users, null))[options.user];
    if (options.present === false) {
      if (existing !== undefined) yield sh`userdel ${options.user}`;
      return;
    }
    const groups = await facts.fact(Groups, null);
    const group = options.group ??
      (existing === undefined && groups.includes(options.user) ? options.user : undefined);
    const home = options.home ?? existing?.home ?? `/home/${options.user}`;
    if (existing === undefined) yield add(options, home, group);
    else yield* modify(options, existing, home);
    if (options.password !== undefined) yield* setPassword(facts, options.user, options.password);
    if (options.ensureHome ?? true) yield* ensureHome(facts, options, home, group);
    if (options.publicKeys !== undefined) {
      yield* authorize(facts, options, home, group ?? existing?.group ?? options.user);
    }
  }, { claims: [`user ${options.user}`] });
}

function add(options: UserOptions, home: string, group: string | undefined): string {
  return [
    "useradd -M",
    options.system ? "-r" : "",
    `-d ${quote(home)}`,
    options.shell ? `-s ${quote(options.shell)}` : "",
    group ? `-g ${quote(group)}` : "-U",
    options.groups?.length ? `-G ${quote(options.groups.join(","))}` : "",
    options.uid === undefined ? "" : `-u ${options.uid}`,
    options.comment ? `-c ${quote(options.comment)}` : "",
    quote(options.user),
  ].filter((word) => word !== "").join(" ");
}

function* modify(options: UserOptions, existing: UserInfo, home: string): Generator<string> {
  const changes: string[] = [];
  const differs = <T>(wanted: T | undefined, is: T) => wanted !== undefined && wanted !== is;
  if (existing.home !== home) changes.push(`-d ${quote(home)}`);
  if (differs(options.shell, existing.shell)) changes.push(`-s ${quote(options.shell!)}`);
  if (differs(options.group, existing.group)) changes.push(`-g ${quote(options.group!)}`);
  if (differs(options.comment, existing.comment)) changes.push(`-c ${quote(options.comment!)}`);
  if (differs(options.uid, existing.uid)) changes.push(`-u ${options.uid}`);
  const groups = options.groups ?? [];
  const missing = groups.filter((name) => !existing.groups.includes(name));
  const surplus = options.append ? [] : existing.groups.filter((name) => !groups.includes(name));
  if (groups.length > 0 && missing.length + surplus.length > 0) {
    changes.push(`${options.append ? "-a " : ""}-G ${quote(groups.join(","))}`);
  }
  if (changes.length > 0) yield `usermod ${changes.join(" ")} ${quote(options.user)}`;
}

async function* setPassword(
  facts: Facts,
  name: string,
  password: string,
): AsyncGenerator<Command> {
  if (await facts.fact(PasswordDigest, name) === await sha256(password)) return;
  yield { shell: "chpasswd -e", stdin: `${name}:${password}\n` };
}

async function* ensureHome(
  facts: Facts,
  options: UserOptions,
  home: string,
  group: string | undefined,
): AsyncGenerator<Command | string> {
  // A home that is a link belongs to whoever made it.
  if ((await facts.fact(Path, home))?.type === "link") return;
  yield* directory({ path: home, user: options.user, group: group ?? options.user })
    .commands(facts);
}

async function* authorize(
  facts: Facts,
  options: UserOptions,
  home: string,
  group: string,
): AsyncGenerator<Command | string> {
  const own = { user: options.user, group };
  yield* directory({ path: `${home}/.ssh`, mode: "700", ...own }).commands(facts);
  const content = options.publicKeys!.map((key) => `${key.trim()}\n`).join("");
  yield* put({ dest: `${home}/.ssh/authorized_keys`, content, mode: "600", ...own })
    .commands(facts);
}
