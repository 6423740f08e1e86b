/** From pyinfra's arguments to our operations; a string says why a case has no counterpart. */
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import type { Operation } from "lib/images/operation.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { absolute, type Case, LOCAL } from "tests/lib/images/pyinfra/corpus.ts";

/** Arguments that we have no counterpart for, and why. */
const UNSUPPORTED: Record<string, string> = {
  force: "never removes what it did not make: no force",
  atime: "manages no timestamps",
  mtime: "manages no timestamps",
  machine: "one machine, one system instance of systemd",
  user_mode: "one machine, one system instance of systemd",
  user_name: "one machine, one system instance of systemd",
  command: "no arbitrary systemctl verbs",
  latest: "versions are pinned: no latest",
  upgrade: "an operation of its own: apt.upgrade",
  update: "one operation does one thing: cacheTime or apt.update",
  interpolate_variables: "values are never interpolated on the machine",
  delete_keys: "authorized_keys is always exactly the given keys",
  cache_time: "a download is known by its digest, not its age",
  md5sum: "SHA-256 only",
  sha1sum: "SHA-256 only",
  sha384sum: "SHA-256 only",
  create_home: "no skeleton: a home is made by ensureHome",
  assume_exists: "content is always at hand",
};

// deno-lint-ignore no-explicit-any -- as varied as Python's arguments
type Arguments = Record<string, any>;

const str = (value: unknown) => value === undefined || value === null ? undefined : String(value);
const mode = (value: unknown) =>
  value === undefined || value === null ? undefined : String(value).padStart(3, "0");
const list = <T>(value: T | T[] | undefined | null): T[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const own = (a: Arguments) => ({ user: str(a.user), group: str(a.group), mode: mode(a.mode) });

const NAMES: Record<string, string[]> = {
  "apt.packages": ["packages"],
  "apt.repo": ["src"],
  "apt.deb": ["src"],
  "apt.sources_file": ["filename"],
  "files.put": ["src", "dest"],
  "files.template": ["src", "dest"],
  "files.get": ["src", "dest"],
  "files.link": ["path", "target"],
  "files.line": ["path", "line"],
  "files.replace": ["path", "text", "replace"],
  "files.download": ["src", "dest"],
  "server.user": ["user"],
  "server.group": ["group"],
  "server.sysctl": ["key", "value"],
  "server.hostname": ["hostname"],
  "server.locale": ["locale"],
  "server.mount": ["path"],
  "server.modprobe": ["module"],
  "server.shell": ["commands"],
  "systemd.service": ["service"],
};

/** Our operation for a case, or why there is none. */
export function adapt(row: Case): (() => Operation) | string {
  const kind = row.case.split("/")[0];
  const names = NAMES[kind] ?? ["path"];
  const a: Arguments = {
    ...Object.fromEntries(row.args.map((value, index) => [names[index], value])),
    ...row.kwargs,
  };
  for (const [name, why] of Object.entries(UNSUPPORTED)) {
    const given = a[name];
    if (given !== undefined && given !== false && given !== null) return why;
  }
  if (/alpine|bsd|openbsd/i.test(`${row.case} ${JSON.stringify(row.facts)}`)) {
    return "Debian only";
  }
  if (/\/(invalid_type|pathlib_invalid|.*non_str_line_given)$/.test(row.case)) {
    return "the type checker refuses it";
  }
  return ADAPTERS[kind](a, row);
}

const ADAPTERS: Record<string, (a: Arguments, row: Case) => (() => Operation) | string> = {
  "apt.packages": (a) => () => apt.packages({ packages: list(a.packages), present: a.present }),
  "apt.repo": (a) => () => apt.repo({ source: a.src, filename: a.filename, present: a.present }),
  "apt.deb": (a) =>
    /^https?:/.test(a.src)
      ? "a file from elsewhere is files.download's"
      : () => apt.deb({ path: a.src, present: a.present }),
  "apt.upgrade": (a) => () => apt.upgrade({ autoRemove: a.auto_remove }),
  "apt.dist_upgrade": (a) => () => apt.upgrade({ dist: true, autoRemove: a.auto_remove }),
  "apt.sources_file": (a) => () =>
    apt.sourcesFile({
      filename: a.filename,
      uris: list(a.uris),
      suites: list(a.suites),
      components: list(a.components),
      present: a.present,
    }),
  "files.put": (a) =>
    a.mode === true
      ? "a mode is given, not copied"
      : () => files.put({ dest: absolute(a.dest), content: LOCAL, ...own(a) }),
  "files.template": (a) => () =>
    files.template({ dest: absolute(a.dest), template: LOCAL, variables: {}, ...own(a) }),
  "files.directory": (a) => () =>
    files.directory({
      path: absolute(a.path),
      present: a.present,
      recursive: a.recursive,
      ...own(a),
    }),
  "files.file": (a) => () =>
    files.file({ path: absolute(a.path), present: a.present, touch: a.touch, ...own(a) }),
  "files.link": (a) =>
    a.symbolic === false ? "symbolic links only" : () =>
      files.link({
        path: absolute(a.path),
        target: a.target,
        present: a.present,
        user: str(a.user),
        group: str(a.group),
      }),
  "files.line": (a) => () =>
    files.line({
      path: absolute(a.path),
      line: a.line,
      present: a.present,
      replace: a.replace ?? undefined,
      literal: a.escape_regex_characters,
      extended: a.extended_regex,
    }),
  "files.block": (a) =>
    a.marker !== undefined || a.begin !== undefined
      ? "markers are written and read by us"
      : a.line && a.before === a.after || !a.line && (a.before ?? false) !== (a.after ?? false)
      ? "before and after are one option: it cannot be wrong"
      : () =>
        files.block({
          path: absolute(a.path),
          content: a.content === undefined ? undefined : list(a.content).join("\n"),
          present: a.present,
          beside: a.line
            ? { line: new RegExp(a.line), where: a.before ? "before" : "after" }
            : undefined,
        }),
  "files.download": (a) => () =>
    files.download({
      url: a.src,
      dest: absolute(a.dest),
      sha256: a.sha256sum,
      ...own(a),
    }),
  "files.get": () => "needs a file on this side: see its own test",
  "crontab.crontab": () => "a job is known by its name, not by its command",
  "files.replace": (a) =>
    a.text === undefined && a.match === undefined || a.replace === undefined
      ? "the type checker refuses it"
      : () =>
        files.replace({
          path: absolute(a.path),
          text: a.text ?? a.match,
          replace: a.replace,
          extended: a.extended_regex,
        }),
  "server.user": (a) => () =>
    server.user({
      user: a.user,
      present: a.present,
      home: a.home === undefined || a.home === null ? undefined : absolute(a.home),
      shell: str(a.shell),
      group: str(a.group),
      groups: a.groups ?? undefined,
      append: a.append,
      publicKeys: a.public_keys === undefined ? undefined : list(a.public_keys),
      ensureHome: a.ensure_home,
      system: a.system,
      uid: a.uid,
      comment: str(a.comment),
      password: str(a.password),
    }),
  "server.group": (a) => () =>
    server.group({ group: a.group, present: a.present, system: a.system, gid: a.gid }),
  "server.sysctl": (a) => () =>
    server.sysctl({
      key: a.key,
      value: Array.isArray(a.value) ? a.value.join(" ") : a.value,
      persist: a.persist ?? false,
    }),
  "server.hostname": (a) => () => server.hostname(a.hostname),
  "server.locale": (a) => () => server.locale({ locale: a.locale, present: a.present }),
  "server.mount": (a) => () =>
    server.mount({
      path: a.path,
      mounted: a.mounted,
      device: str(a.device),
      type: str(a.fs_type),
      options: a.options ?? undefined,
    }),
  "server.security_limit": (_, row) => {
    const [domain, type, item, value] = [
      ...row.args,
      row.kwargs.domain,
      row.kwargs.limit_type,
      row.kwargs.item,
      row.kwargs.value,
    ].filter((word) => word !== undefined);
    return () => server.limits({ domain, type, item, value });
  },
  "server.modprobe": (a) => () => server.modprobe({ modules: list(a.module), present: a.present }),
  "server.shell": (a) => () => server.shell({ commands: list(a.commands) }),
  "server.script": () => () => server.script({ content: LOCAL }),
  "systemd.service": (a) => () =>
    systemd.service({
      unit: a.service,
      running: a.running,
      restarted: a.restarted,
      reloaded: a.reloaded,
      enabled: a.enabled ?? undefined,
      daemonReload: a.daemon_reload,
    }),
};
