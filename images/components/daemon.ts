/** A program that runs as a service of its own user: what most components are. */
import type { Steps } from "lib/images/component.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";

/** What a daemon is made of. */
export interface Daemon {
  /** Its unit, its user and its folder under `/etc`. */
  readonly name: string;
  readonly description: string;
  readonly documentation: string;
  /** Run as root, for what no other user can do; default a user of the daemon's own. */
  readonly asRoot?: boolean;
  /** Other groups of its user. */
  readonly groups?: readonly string[];
  /** Where it keeps data; made for its user alone. */
  readonly dataPath?: string;
  /** Files under `/etc/<name>`, by name; readable to its user. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Folders under `/etc/<name>` that others add to; default none. */
  readonly configurationFolders?: readonly string[];
  readonly command: string;
  /** Default: restart for a new configuration. */
  readonly reloadCommand?: string;
  /** Further keys of the unit's `[Service]`. */
  readonly service?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** A file that its site writes at first boot, before which it does not start; default none. */
  readonly awaits?: string;
  /** Start it while the image is built; default true, unless it awaits a file. */
  readonly startNow?: boolean;
}

/**
 * Brings a daemon about: user, folders, configuration, hardened unit, running service.
 *
 * @param programChanged Whether its program was just installed
 */
export async function runDaemon(
  host: Steps,
  daemon: Daemon,
  programChanged: boolean,
): Promise<void> {
  const { name, dataPath } = daemon;
  const user = daemon.asRoot ? "root" : name;
  if (!daemon.asRoot) {
    await host.run(
      "Add the user",
      server.user({
        user,
        home: dataPath ?? "/nonexistent",
        shell: "/usr/sbin/nologin",
        system: true,
        ensureHome: false,
        groups: daemon.groups,
      }),
    );
  }
  if (dataPath !== undefined) {
    await host.run(
      "Make room for the data",
      files.directory({ path: dataPath, user, group: user, mode: "700" }),
    );
  }
  await host.run(
    "Make room for the configuration",
    files.directory({ path: `/etc/${name}`, user: "root", group: user, mode: "750" }),
  );
  for (const folder of daemon.configurationFolders ?? []) {
    await host.run(
      `Make room for ${folder}`,
      files.directory({ path: `/etc/${name}/${folder}`, user: "root", group: user, mode: "750" }),
    );
  }
  let changed = programChanged;
  for (const [file, content] of Object.entries(daemon.configuration)) {
    const written = await host.run(
      `Write ${file}`,
      files.put({ dest: `/etc/${name}/${file}`, content, user: "root", group: user, mode: "640" }),
    );
    changed ||= written.changed;
  }
  const unit = await host.run(
    "Write the unit",
    systemd.unit({ unit: name, sections: sections(daemon) }),
  );
  const startNow = daemon.startNow ?? daemon.awaits === undefined;
  await host.run(
    "Run the service",
    systemd.service({
      unit: name,
      enabled: true,
      running: startNow ? true : null,
      restarted: startNow && (changed || unit.changed),
    }),
  );
}

function sections(daemon: Daemon): systemd.UnitSections {
  const { name } = daemon;
  return {
    Unit: {
      Description: daemon.description,
      Documentation: daemon.documentation,
      After: "network-online.target",
      Wants: "network-online.target",
      ...(daemon.awaits === undefined ? {} : { ConditionPathExists: daemon.awaits }),
    },
    Service: {
      ...(daemon.asRoot ? {} : { User: name, Group: name }),
      ExecStart: daemon.command,
      ...(daemon.reloadCommand === undefined ? {} : { ExecReload: daemon.reloadCommand }),
      Restart: "on-failure",
      RestartSec: 5,
      ...(daemon.asRoot
        ? {}
        : { ProtectSystem: "full", ProtectHome: true, PrivateTmp: true, NoNewPrivileges: true }),
      ...daemon.service,
    },
    Install: { WantedBy: "multi-user.target" },
  };
}
