/** pyinfra's own operation cases, put to our operations. */
import { sha256 } from "lib/schema/digest.ts";
import type { PathInfo } from "lib/images/facts/files.ts";
import { asCommand, type Fact, type Facts, type Operation } from "lib/images/operation.ts";
import { unitName } from "lib/images/operations/systemd.ts";

/** One case: arguments and facts, and what pyinfra decides. */
export interface Case {
  readonly case: string;
  // deno-lint-ignore no-explicit-any -- as varied as Python's arguments
  readonly args: any[];
  // deno-lint-ignore no-explicit-any -- as above
  readonly kwargs: Record<string, any>;
  // deno-lint-ignore no-explicit-any -- as above
  readonly facts: Record<string, any>;
  readonly decision: Decision;
}

/** What an operation makes of the facts. */
export type Decision = "noop" | "change" | "exception";

/** Our operations take absolute paths only. */
export const absolute = (path: string): string =>
  path.startsWith("/") ? path : `/${path.replace(/^path:/, "")}`.replace(/^\/\//, "/");

/** What a local file holds in every case; pyinfra's harness knows it by these digests. */
export const LOCAL = "the local file";
const LOCAL_DIGESTS = [
  "ac2cd59a622114712b5b21081763c54bf0caacb8",
  "c3b126f16dda9ffd0b50f131275d69a9",
  "2bdc474bf9ce50fa98fe0bc0e3a1d6e8ce591174564a43e6596c4cc072fdef34",
];

/** Runs an operation on a case's facts without carrying anything out. */
export async function decide(make: () => Operation, row: Case): Promise<Decision> {
  let count = 0;
  try {
    for await (const command of make().commands(new CorpusFacts(row))) {
      asCommand(command);
      count++;
    }
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return "exception";
  }
  return count > 0 ? "change" : "noop";
}

class CorpusFacts implements Facts {
  readonly booted = true;
  constructor(readonly row: Case) {}

  fact<A, T>(fact: Fact<A, T>, argument: A): Promise<T> {
    const answer = this.answers[fact.name];
    if (answer === undefined) throw new TypeError(`no adapter for fact ${fact.name}`);
    return Promise.resolve(answer(argument)) as Promise<T>;
  }

  // deno-lint-ignore no-explicit-any -- as varied as the facts
  keyed(name: string, path: string): any {
    const facts = this.row.facts[name] ?? {};
    for (const [key, value] of Object.entries(facts)) {
      const [, given] = /(?:^|, )path=(.*?)(?:, [a-z_]+=|$)/.exec(key) ?? [];
      if (given !== undefined && absolute(given).replace(/\/$/, "") === path) return value;
    }
    return undefined;
  }

  path(path: string): PathInfo | null {
    const file = this.keyed("files.File", path);
    const directory = this.keyed("files.Directory", path);
    const link = this.keyed("files.Link", path);
    const block = this.row.case.startsWith("files.block/")
      ? this.keyed("files.Block", path)
      : undefined;
    const info = (type: PathInfo["type"], value: unknown): PathInfo => {
      const { mode, user, group, link_target, mtime } = (value === true ? {} : value) as Record<
        string,
        string | number
      >;
      return {
        type,
        mode: mode === undefined ? "644" : String(mode).padStart(3, "0"),
        user: String(user ?? "nobody"),
        group: String(group ?? "nogroup"),
        size: 1,
        mtime: mtime === undefined ? 0 : seconds(mtime),
        ...(link_target === undefined ? {} : { target: String(link_target) }),
      };
    };
    if (block !== undefined) return block === null ? null : info("file", true);
    if (link) return info("link", link);
    if (directory) return info("directory", directory);
    if (file) return info("file", file);
    if (link === false || directory === false && file === undefined) return info("file", true);
    if (file === false) return info("directory", true);
    // pyinfra did not ask: a parent, which is there.
    if ([file, directory, link].every((value) => value === undefined)) {
      const asked = Object.keys({
        ...this.row.facts["files.File"],
        ...this.row.facts["files.Link"],
      });
      const isParent = /^\/(\w+)?$/.test(path) ||
        asked.some((key) => absolute(key.replace(/^path=/, "")).startsWith(`${path}/`));
      return isParent ? info("directory", true) : null;
    }
    return null;
  }

  // deno-lint-ignore no-explicit-any -- one adapter per fact, each with its own argument
  readonly answers: Record<string, (argument: any) => unknown> = {
    "files.Path": (path: string) => this.path(path),
    "files.Sha256": async (path: string) => {
      const { row } = this;
      const given = this.keyed("files.Sha256File", path);
      if (row.case.startsWith("files.download/")) return given;
      const digests = [
        given,
        this.keyed("files.Sha1File", path),
        this.keyed("files.Md5File", path),
      ];
      const isSame = digests.some((digest) => LOCAL_DIGESTS.includes(digest));
      return isSame ? await sha256(LOCAL) : "another";
    },
    "files.Content": (path: string) => {
      const block = this.keyed("files.Block", path);
      if (block === undefined) return "";
      return block === null
        ? null
        : block.length === 0
        ? "something\n"
        : ["# BEGIN MANAGED BLOCK", ...block, "# END MANAGED BLOCK", ""].join("\n");
    },
    "files.Lines": ({ path, pattern }: { path: string; pattern: string }) => {
      const bare = (text: string) => text.replaceAll("\\", "");
      for (const [key, value] of Object.entries(this.row.facts["files.FindInFile"] ?? {})) {
        const [, given, expression] = /path=(.*?), pattern=(.*)$/s.exec(key) ?? [];
        if (absolute(given) === path && bare(expression) === bare(pattern)) return value ?? [];
      }
      const [first] = Object.values(this.row.facts["files.FindInFile"] ?? {});
      return first ?? [];
    },
    "apt.DebPackages": () =>
      Object.fromEntries(
        Object.entries(this.row.facts["deb.DebPackages"] ?? {}).map(([name, value]) => [
          name,
          Array.isArray(value)
            ? value.filter((one) => one !== "set:").flat()
            : (value as { installed_versions?: string[] }).installed_versions ?? [""],
        ]),
      ),
    "apt.BrokenPackages": () => [],
    "apt.DebFile": () => Object.values(this.row.facts["deb.DebPackage"] ?? {})[0] ?? null,
    "apt.ListsAge": () => {
      const stamp = this.keyed("files.File", "/var/lib/apt/periodic/update-success-stamp");
      return stamp ? seconds(this.row.facts["server.Date"]) - seconds(stamp.mtime) : null;
    },
    "apt.WouldUpgrade": () => {
      const [value] = Object.values(this.row.facts["apt.SimulateOperationWillChange"] ?? {}) as [
        Record<string, number>,
      ];
      // Where apt's answer cannot be read, pyinfra upgrades.
      return Object.keys(value).length === 0
        ? 1
        : value.upgraded + value.newly_installed + value.removed;
    },
    "apt.Sources": () =>
      this.row.facts["apt.AptSources"].map((
        source: { type: string; url: string; distribution: string; components: string[] },
      ) =>
        [source.type, source.url, source.distribution, ...source.components.flat()]
          .filter((word) => word !== "set:").join(" ")
      ),
    "server.Users": () => {
      const users = this.row.facts["server.Users"] ?? {};
      return Object.fromEntries(
        Object.entries(users as Record<string, Record<string, unknown>>).map(([name, user]) => [
          name,
          { uid: 1000, shell: "", comment: "", home: "", ...user, groups: user.groups ?? [] },
        ]),
      );
    },
    "server.Groups": () => {
      const groups = this.row.facts["server.Groups"] ?? [];
      return Array.isArray(groups) ? groups : Object.keys(groups);
    },
    "server.PasswordDigest": (user: string) =>
      sha256(String(this.row.facts["server.Users"]?.[user]?.password ?? "")),
    "server.Sysctl": (key: string) => {
      const [values] = Object.values(this.row.facts["server.Sysctl"] ?? {}) as [
        Record<string, unknown>,
      ];
      const value = values?.[key];
      return value === undefined ? null : [value].flat().join(" ");
    },
    "server.KernelModules": () => Object.keys(this.row.facts["server.KernelModules"] ?? {}),
    "server.Mounts": () => this.row.facts["server.Mounts"] ?? {},
    "server.Hostname": () => this.row.facts["server.Hostname"],
    "server.Locales": () => this.row.facts["server.Locales"] ?? [],
    "systemd.Unit": (unit: string) => {
      const state = (name: string) =>
        Object.values(this.row.facts[name] ?? {}).map((states) =>
          (states as Record<string, boolean>)[unitName(unit)]
        )[0] ?? false;
      return {
        running: state("systemd.SystemdStatus"),
        enabled: state("systemd.SystemdEnabled"),
        masked: false,
      };
    },
  };
}

function seconds(value: string | number): number {
  if (typeof value === "number") return value;
  const text = value.replace(/^datetime:/, "");
  return Date.parse(/[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`) / 1000;
}
