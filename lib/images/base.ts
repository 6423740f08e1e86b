/**
 * The Debian root file system that local builds start from: made once by mmdebstrap, kept in the
 * user's cache under the digest of its recipe.
 *
 * @module
 */
import { execOrThrow } from "lib/cli/exec.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { sha256 } from "lib/schema/digest.ts";
import type { Janitor } from "lib/images/janitor.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** What goes into a base. */
export interface BaseRecipe {
  /** Debian's name of the release; from the mirror that mmdebstrap takes by itself. */
  readonly suite: string;
  /** Beyond mmdebstrap's `minbase`. */
  readonly packages: readonly string[];
  /** Run by mmdebstrap at the end; `$1` is the root. */
  readonly hooks: readonly string[];
}

/** Debian 12 with a kernel, systemd and sshd: as close to Debian's own AMI as a local root can be. */
export const DEBIAN_12: BaseRecipe = {
  suite: "bookworm",
  packages: [
    "ca-certificates",
    "curl",
    "dbus",
    "e2fsprogs",
    "initramfs-tools",
    "iproute2",
    "jq",
    "kmod",
    "libpam-systemd",
    "linux-image-cloud-amd64",
    "netbase",
    "openssh-server",
    "procps",
    "sudo",
    "systemd-sysv",
    "systemd-timesyncd",
    "udev",
    "unattended-upgrades",
    "unzip",
  ],
  hooks: [
    // Both are this machine's: mmdebstrap takes them along.
    'rm -f "$1/etc/hostname" "$1/etc/resolv.conf"',
    'mkdir -p "$1/var/lib/apt/periodic" && touch "$1/var/lib/apt/periodic/update-success-stamp"',
    'printf "[Match]\\nName=en* eth*\\n[Network]\\nDHCP=yes\\n" > "$1/etc/systemd/network/80-dhcp.network"',
    'chroot "$1" systemctl enable -q systemd-networkd',
    'chroot "$1" systemctl mask -q systemd-networkd-wait-online.service',
    // The initial RAM disk has to find a virtio disk, whatever machine it is made on.
    'echo virtio_blk >> "$1/etc/initramfs-tools/modules" && chroot "$1" update-initramfs -u >/dev/null',
  ],
};

/** The folder for bases: below `XDG_CACHE_HOME`, default `~/.cache`. */
export function baseCacheDir(env: Env): string {
  const cache = env("XDG_CACHE_HOME") ?? (env("HOME") && `${env("HOME")}/.cache`);
  if (!cache) throw new Problem("Neither XDG_CACHE_HOME nor HOME is set: set one for the cache");
  return `${cache}/infrastructure-images`;
}

/** Where a recipe's archive is kept. */
export async function basePath(recipe: BaseRecipe, cache: string): Promise<string> {
  return `${cache}/base-${recipe.suite}-${(await sha256(JSON.stringify(recipe))).slice(0, 12)}.tar`;
}

/**
 * Makes the base unless the cache has it. Two at once both make it; the last one wins, with the
 * same content.
 *
 * @param recipe What goes into it
 * @param cache The cache folder
 * @param janitor Ends mmdebstrap if this process does
 * @param onLine Told what mmdebstrap says
 * @returns The archive's path
 * @throws {Problem} with the end of mmdebstrap's output
 */
export async function ensureBase(
  recipe: BaseRecipe,
  cache: string,
  janitor: Janitor,
  onLine: (line: string) => void,
): Promise<string> {
  const path = await basePath(recipe, cache);
  if (await Deno.stat(path).then((info) => info.isFile, () => false)) return path;
  await Deno.mkdir(cache, { recursive: true });
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  await janitor.remove(partial);
  onLine(`making ${path}: about a minute, once`);
  const child = await janitor.spawn("mmdebstrap", [
    "--variant=minbase",
    "--format=tar",
    "--quiet",
    "--skip=cleanup/apt/lists",
    `--include=${recipe.packages.join(",")}`,
    ...recipe.hooks.map((hook) => `--customize-hook=${hook}`),
    recipe.suite,
    partial,
  ], { stdout: "piped", stderr: "piped" });
  const output = await child.output();
  await janitor.ended(child);
  if (!output.success) {
    const said = new TextDecoder().decode(output.stderr).trim().slice(-1500);
    throw new Problem(`mmdebstrap could not make the base (exit code ${output.code}): ${said}`);
  }
  await writeAtomically(digestPath(path), `${await digestOf(partial)}\n`);
  await Deno.rename(partial, path);
  return path;
}

const digestPath = (path: string) => `${path}.sha256`;

/** Of a file that is too large to be held in memory. */
async function digestOf(path: string): Promise<string> {
  return (await execOrThrow("sha256sum", ["--binary", path])).slice(0, 64);
}

/**
 * Refuses a base that is not what was made: images would be built from whatever it is.
 *
 * @throws {Problem} when its digest is missing or another
 */
export async function verifyBase(path: string): Promise<void> {
  const noted = await Deno.readTextFile(digestPath(path)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  if (noted.trim() === await digestOf(path)) return;
  throw new Problem(
    `${path} is not the base that was made here (its SHA-256 differs from the one noted beside ` +
      "it): remove it to have it made again",
  );
}
