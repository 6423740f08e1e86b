/** Debian packages. @module */
import {
  BrokenPackages,
  DebFile,
  DebPackages,
  ListsAge,
  WouldUpgrade,
} from "lib/images/facts/packages.ts";
import { type Facts, type Operation, operation } from "lib/images/operation.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

// Waits for a held lock, keeps changed configuration files, asks nothing.
const APT =
  "DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3" +
  " -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold" +
  // Sealing syncs the disk once: dpkg need not do so for every file.
  " -o Dpkg::Options::=--force-unsafe-io";
const STAMP = "/var/lib/apt/periodic/update-success-stamp";

/** `apt-get update` with an exit code that tells: a dead mirror, after apt's retries, is no success. */
const UPDATE = `${APT} update --error-on=any && mkdir -p ${
  STAMP.replace(/\/[^/]*$/, "")
} && touch ${STAMP}`;

const PackageName = /^[a-z0-9][a-z0-9.+-]+(:[a-z0-9]+)?(=[\w.+:~-]+)?$/;

/** What {@linkcode packages} takes. */
export interface PackagesOptions {
  /** Names, each with `=version` where it matters. */
  readonly packages: readonly string[];
  /** Whether they shall be installed; default true. */
  readonly present?: boolean;
  /** Refresh the package lists first, if anything is missing and they are older than this many seconds. */
  readonly cacheTime?: number;
  /** Install recommended packages too; default false. */
  readonly recommends?: boolean;
  /** Remove configuration files too; default false. */
  readonly purge?: boolean;
  /** Permit an older version than the installed one; default false. */
  readonly allowDowngrades?: boolean;
}

/**
 * Installs or removes packages. One that an earlier run left half-installed counts as missing and
 * is configured first.
 *
 * @throws {Problem} for something that is no package name
 */
export function packages(options: PackagesOptions): Operation {
  for (const name of options.packages) {
    if (!PackageName.test(name)) throw new Problem(`"${name}" is not a Debian package name`);
  }
  return operation("apt.packages", async function* (facts) {
    const present = options.present ?? true;
    const installed = await facts.fact(DebPackages, null);
    const isInstalled = (word: string) => {
      const [name, version] = word.split("=");
      const versions = installed[name.split(":")[0]];
      return versions !== undefined &&
        (version === undefined || !present || versions.includes(version));
    };
    const wanted = [...new Set(options.packages)].filter((word) => isInstalled(word) !== present);
    if (wanted.length === 0) return;
    yield* repair(facts);
    if (!present) {
      const names = wanted.map((word) => word.split("=")[0]);
      yield sh`${{ raw: APT }} ${options.purge ? "purge" : "remove"} ${names}`;
      return;
    }
    if (options.cacheTime !== undefined) yield* refresh(facts, options.cacheTime);
    yield {
      shell: [
        APT,
        "install",
        options.recommends ? "" : "--no-install-recommends",
        options.allowDowngrades ? "--allow-downgrades" : "",
        ...wanted.map(quote),
      ].filter((word) => word !== "").join(" "),
      retries: 1,
    };
  });
}

async function* repair(facts: Facts): AsyncGenerator<string> {
  if ((await facts.fact(BrokenPackages, null)).length > 0) {
    yield "DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confdef --force-confold";
  }
}

async function* refresh(facts: Facts, cacheTime: number): AsyncGenerator<string> {
  const age = await facts.fact(ListsAge, null);
  if (age === null || age >= cacheTime) yield UPDATE;
}

/**
 * Refreshes the package lists; without `cacheTime` on every run.
 *
 * @param options `cacheTime`: leave lists alone that are younger than this many seconds
 */
export function update(options: { cacheTime?: number } = {}): Operation {
  return operation("apt.update", async function* (facts) {
    if (options.cacheTime === undefined) yield UPDATE;
    else yield* refresh(facts, options.cacheTime);
  }, { idempotent: options.cacheTime !== undefined });
}

/**
 * Upgrades all packages, if the simulation says that any would be.
 *
 * @param options `dist`: also where packages have to be installed or removed for it; `autoRemove`:
 * drop what nothing needs any longer
 */
export function upgrade(options: { dist?: boolean; autoRemove?: boolean } = {}): Operation {
  return operation("apt.upgrade", async function* (facts) {
    const command = (options.dist ? "dist-upgrade" : "upgrade") +
      (options.autoRemove ? " --autoremove" : "");
    if (await facts.fact(WouldUpgrade, command) > 0) yield `${APT} ${command}`;
  });
}

/**
 * Installs or removes the package of a `.deb` file that is on the machine.
 *
 * @param options `path`: the file; `present`: default true
 * @throws {Problem} when the file is missing and the package shall be present
 */
export function deb(options: { path: string; present?: boolean }): Operation {
  return operation("apt.deb", async function* (facts) {
    const info = await facts.fact(DebFile, options.path);
    const present = options.present ?? true;
    if (info === null) {
      if (present) throw new Problem(`${options.path}: no such file on the machine`);
      return;
    }
    const installed = (await facts.fact(DebPackages, null))[info.name]?.includes(info.version);
    if (present && !installed) {
      yield `${APT} install --no-install-recommends ${quote(options.path)}`;
    }
    if (!present && installed) yield `${APT} remove ${quote(info.name)}`;
  });
}

export { key, repo, sourcesFile } from "lib/images/operations/apt_sources.ts";
