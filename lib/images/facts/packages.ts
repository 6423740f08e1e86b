/** Packages and their sources. @module */
import { defineFact } from "lib/images/operation.ts";
import { sh } from "lib/images/shell.ts";

/**
 * Installed Debian packages: name → versions (several with multi-arch). Half-installed ones are not
 * installed.
 */
export const DebPackages = defineFact<null, Record<string, string[]>>({
  name: "apt.DebPackages",
  command: () =>
    `if command -v dpkg-query >/dev/null; then dpkg-query -W -f '\${db:Status-Abbrev}|\${Package}|\${Version}\\n'; fi`,
  parse(stdout) {
    const packages: Record<string, string[]> = {};
    for (const line of stdout.split("\n")) {
      const [status, name, version] = line.split("|");
      if (/^[ih]i/.test(status ?? "") && name) (packages[name] ??= []).push(version);
    }
    return packages;
  },
});

/** Names of packages that are unpacked but not configured: an interrupted installation. */
export const BrokenPackages = defineFact<null, string[]>({
  name: "apt.BrokenPackages",
  command: () => "dpkg --audit | sed -n 's/^ \\([a-z0-9][a-z0-9.+-]*\\).*/\\1/p'",
  parse: (stdout) => stdout.split("\n").filter((line) => line !== ""),
});

/** Name, version and architecture of a `.deb` file; `null` where there is none. */
export const DebFile = defineFact<string, { name: string; version: string } | null>({
  name: "apt.DebFile",
  command: (path) =>
    sh`if [ -f ${path} ]; then dpkg-deb -W --showformat='\${Package}|\${Version}' ${path}; fi`,
  parse(stdout) {
    const [name, version] = stdout.trim().split("|");
    return name ? { name, version } : null;
  },
});

/** Seconds since `apt-get update` last succeeded; `null` where it never did. */
export const ListsAge = defineFact<null, number | null>({
  name: "apt.ListsAge",
  command: () =>
    `f=/var/lib/apt/periodic/update-success-stamp; if [ -e $f ] && ls /var/lib/apt/lists/*Packages* /var/lib/apt/lists/*InRelease >/dev/null 2>&1; then echo $(( $(date +%s) - $(stat -c %Y $f) )); fi`,
  parse: (stdout) => stdout.trim() === "" ? null : Number(stdout),
});

/** What `apt-get upgrade` (or `dist-upgrade`) would change: upgraded, installed and removed. */
export const WouldUpgrade = defineFact<string, number>({
  name: "apt.WouldUpgrade",
  command: (command) => sh`LC_ALL=C apt-get -s ${command.split(" ")}`,
  parse(stdout) {
    const [, upgraded, installed, removed] =
      /^(\d+) upgraded, (\d+) newly installed, (\d+) to remove/m.exec(stdout) ?? [];
    return Number(upgraded ?? 0) + Number(installed ?? 0) + Number(removed ?? 0);
  },
});

/** All one-line apt sources in effect, blanks squeezed. */
export const AptSources = defineFact<null, string[]>({
  name: "apt.Sources",
  command: () =>
    "cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | grep '^deb' || true",
  parse: (stdout) =>
    stdout.split("\n").filter((line) => line !== "").map((line) =>
      line.trim().replace(/\s+/g, " ")
    ),
});

/** Packages of one pip: name in lower case → version; empty where that pip is missing. */
export const PipPackages = defineFact<string, Record<string, string>>({
  name: "pip.Packages",
  command: (pip) =>
    sh`if command -v ${pip} >/dev/null; then ${pip} list --format freeze --disable-pip-version-check; fi`,
  parse(stdout) {
    const packages: Record<string, string> = {};
    for (const line of stdout.split("\n")) {
      const [name, version] = line.split("==");
      if (version) packages[name.toLowerCase().replaceAll("_", "-")] = version;
    }
    return packages;
  },
});
