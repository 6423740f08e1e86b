/** Users, kernel, mounts, units. @module */
import { defineFact } from "lib/images/operation.ts";
import { sh } from "lib/images/shell.ts";

/** One account. */
export interface UserInfo {
  readonly uid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  /** The primary group's name. */
  readonly group: string;
  /** The secondary groups' names. */
  readonly groups: readonly string[];
}

/** Accounts by name. */
export const Users = defineFact<null, Record<string, UserInfo>>({
  name: "server.Users",
  command: () => "getent passwd; echo --; getent group",
  parse(stdout) {
    const [passwd, group] = stdout.split("\n--\n").map((part) =>
      part.split("\n").filter((line) => line !== "").map((line) => line.split(":"))
    );
    const names = new Map(group.map(([name, , gid]) => [gid, name]));
    return Object.fromEntries(passwd.map(([user, , uid, gid, comment, home, shell]) => [user, {
      uid: Number(uid),
      comment,
      home,
      shell,
      group: names.get(gid) ?? gid,
      groups: group.filter(([, , , members]) => members.split(",").includes(user))
        .map(([name]) => name),
    }]));
  },
});

/** Names of the groups. */
export const Groups = defineFact<null, string[]>({
  name: "server.Groups",
  command: () => "getent group",
  parse: (stdout) =>
    stdout.split("\n").filter((line) => line !== "").map((line) => line.split(":")[0]),
});

/** The encrypted password's SHA-256, so that the password itself is never read; `""` without one. */
export const PasswordDigest = defineFact<string, string>({
  name: "server.PasswordDigest",
  command: (user) =>
    sh`getent shadow ${user} | cut -d: -f2 | tr -d '\\n' | sha256sum | cut -d' ' -f1`,
  parse: (stdout) => stdout.trim(),
});

/** A kernel parameter's value; `null` where the kernel has none of that name. */
export const Sysctl = defineFact<string, string | null>({
  name: "server.Sysctl",
  command: (key) => sh`sysctl -n ${key} 2>/dev/null || true`,
  parse: (stdout) => stdout === "" ? null : stdout.trim().replace(/\s+/g, " "),
});

/** Names of the loaded kernel modules. */
export const KernelModules = defineFact<null, string[]>({
  name: "server.KernelModules",
  command: () => "cut -d' ' -f1 /proc/modules; ls /sys/module 2>/dev/null || true",
  parse: (stdout) => [...new Set(stdout.split("\n").filter((line) => line !== ""))],
});

/** Mounted file systems by mount point. */
export const Mounts = defineFact<null, Record<string, { device: string; options: string[] }>>({
  name: "server.Mounts",
  command: () => "cat /proc/self/mounts",
  parse(stdout) {
    const unescape = (text: string) =>
      text.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
    return Object.fromEntries(
      stdout.split("\n").filter((line) => line !== "").map((line) => {
        const [device, point, , options] = line.split(" ");
        return [unescape(point), { device: unescape(device), options: options.split(",") }];
      }),
    );
  },
});

/** The machine's static host name. */
export const Hostname = defineFact<null, string>({
  name: "server.Hostname",
  command: () => "cat /etc/hostname 2>/dev/null || uname -n",
  parse: (stdout) => stdout.trim(),
});

/** Generated locales, as `locale -a` names them. */
export const Locales = defineFact<null, string[]>({
  name: "server.Locales",
  command: () => "locale -a",
  parse: (stdout) => stdout.split("\n").filter((line) => line !== ""),
});

/** A user's crontab; empty where there is none. */
export const Crontab = defineFact<string, string>({
  name: "server.Crontab",
  command: (user) => sh`crontab -u ${user} -l 2>/dev/null || true`,
  parse: (stdout) => stdout,
});

/** What systemd knows of one unit. */
export interface UnitInfo {
  /** Whether it runs: active, reloading or activating. */
  readonly running: boolean;
  /** Whether it starts at boot; `static` and `generated` ones count. */
  readonly enabled: boolean;
  /** Whether it is masked. */
  readonly masked: boolean;
}

/** The state of one unit; where systemd does not run, only `enabled` can be known. */
export const Unit = defineFact<string, UnitInfo>({
  name: "systemd.Unit",
  command: (unit) =>
    sh`systemctl is-enabled ${unit} 2>/dev/null || true; echo --; systemctl show ${unit} -p ActiveState --value 2>/dev/null || true`,
  parse(stdout) {
    const [enabled, active] = stdout.split("--").map((part) => part.trim());
    return {
      running: ["active", "reloading", "activating"].includes(active ?? ""),
      enabled: ["enabled", "static", "generated", "alias", "indirect", "linked"].includes(enabled),
      masked: enabled.startsWith("masked"),
    };
  },
});
