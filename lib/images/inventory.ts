import type { Target } from "lib/images/target.ts";
import { Problem } from "lib/schema/problem.ts";

/** What is on a machine, for the software bill of materials and the budget. */
export interface Inventory {
  /** As in `/etc/os-release`: `debian`, `12`. */
  readonly os: { readonly id: string; readonly version: string };
  readonly packages: readonly InstalledPackage[];
  /** Files with the setuid bit, sorted. */
  readonly setuid: readonly string[];
  /** TCP ports that listen on more than loopback. */
  readonly openPorts: readonly number[];
  /** Used space of the root file system, in MiB. */
  readonly sizeMiB: number;
}

/** One Debian package. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Name of the source package. */
  readonly source: string;
}

const SECTION = "\n== ";

// Only sockets whose process can be seen: a container also shows those of its host.
const SCRIPT = `
echo "== os"; . /etc/os-release; echo "$ID $VERSION_ID"
echo "== packages"; dpkg-query -W -f '\${db:Status-Abbrev}|\${Package}|\${Version}|\${Architecture}|\${source:Package}\\n'
echo "== setuid"; find / -xdev -type f -perm -4000 2>/dev/null | sort
echo "== ports"; ss -Hltnp 2>/dev/null | awk '/users:/ {print $4}'
echo "== size"; du -xsm / 2>/dev/null | cut -f1
`;

/**
 * Looks over a machine.
 *
 * @throws {Problem} when it cannot be done
 */
export async function takeInventory(target: Target): Promise<Inventory> {
  const result = await target.run(SCRIPT);
  if (result.code !== 0) {
    throw new Problem(`Cannot take stock of ${target.name}: ${result.stderr.trim().slice(-500)}`);
  }
  return parseInventory(result.stdout);
}

/** Reads the output of the script above. */
export function parseInventory(stdout: string): Inventory {
  const sections = new Map(
    `\n${stdout}`.split(SECTION).slice(1).map((text) => {
      const [name, ...lines] = text.split("\n");
      return [name, lines.filter((line) => line !== "")];
    }),
  );
  const lines = (name: string) => sections.get(name) ?? [];
  const [id = "unknown", version = ""] = (lines("os")[0] ?? "").split(" ");
  const open = lines("ports").flatMap((address) => {
    const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
    return port === undefined || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(host) ? [] : [Number(port)];
  });
  return {
    os: { id, version },
    packages: lines("packages").filter((line) => /^[ih]i/.test(line)).map((line) => {
      const [, name, packageVersion, architecture, source] = line.split("|");
      return { name, version: packageVersion, architecture, source: source || name };
    }),
    setuid: lines("setuid"),
    openPorts: [...new Set(open)].sort((a, b) => a - b),
    sizeMiB: Number(lines("size")[0] ?? 0),
  };
}
