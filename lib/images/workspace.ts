/** What a local build needs of this machine before it starts. @module */
import { exec } from "lib/cli/exec.ts";
import { verifyBase } from "lib/images/base.ts";
import type { Janitor } from "lib/images/janitor.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/** Which Debian package has a tool. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  "mmdebstrap": "mmdebstrap",
  "systemd-nspawn": "systemd-container",
  "ssh": "openssh-client",
  "ssh-keygen": "openssh-client",
  "setsid": "util-linux",
  "tar": "tar",
  "sfdisk": "fdisk",
  "mke2fs": "e2fsprogs",
  "grub-mkimage": "grub-common",
  "/usr/lib/grub/i386-pc/boot.img": "grub-pc-bin",
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
};

/**
 * Refuses to start without the tools, or without root's rights.
 *
 * @param tools Programs, to be found on PATH
 * @param files Absolute paths. Default none
 * @throws {Problems} one line each, with the command that installs them
 */
export async function requireTools(
  tools: readonly string[],
  files: readonly string[] = [],
): Promise<void> {
  const problems: string[] = [];
  if (Deno.uid() !== 0) {
    problems.push("A local image is built as root, who owns its files: start the task with sudo");
  }
  const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin:/sbin`.split(":");
  const missing: string[] = [];
  for (const tool of tools) {
    const there = await Promise.all(
      path.map((folder) => Deno.stat(`${folder}/${tool}`).then(() => true, () => false)),
    );
    if (!there.includes(true)) missing.push(tool);
  }
  for (const file of files) {
    if (!await Deno.stat(file).then(() => true, () => false)) missing.push(file);
  }
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => PACKAGE_OF[tool] ?? tool))].join(" ");
    problems.push(
      `Not on this machine: ${
        missing.join(", ")
      }: apt-get install --no-install-recommends ${packages}`,
    );
  }
  if (problems.length > 0) throw new Problems(problems);
}

/**
 * Refuses to start where the disk is too full.
 *
 * @param folder Where it will be written
 * @param bytes How much
 * @throws {Problem} with both figures
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { code, stdout } = await exec("df", ["--output=avail", "-B1", folder]);
  const available = Number(stdout.trim().split("\n").at(-1));
  if (code !== 0 || !Number.isFinite(available) || available >= bytes) return;
  const gib = (size: number) => `${(size / 2 ** 30).toFixed(1)} GiB`;
  throw new Problem(
    `${folder} has ${gib(available)} left, the build needs ${gib(bytes)}: make room, or use --out`,
  );
}

/**
 * Unpacks a base into a new root.
 *
 * @throws {Problem} when it cannot be unpacked, or is not the base that was made
 */
export async function unpackBase(base: string, root: string, janitor: Janitor): Promise<void> {
  await Deno.mkdir(root, { mode: 0o755 });
  const child = await janitor.spawn("tar", [
    "--extract",
    "--preserve-permissions",
    "--numeric-owner",
    "--xattrs-include=*",
    `--file=${base}`,
    `--directory=${root}`,
  ], { stdout: "null", stderr: "piped" });
  // Side by side: a core is idle while the other unpacks.
  const [output] = await Promise.all([child.output(), verifyBase(base)]);
  await janitor.ended(child);
  if (output.success) return;
  const said = new TextDecoder().decode(output.stderr).trim().slice(-500);
  throw new Problem(
    `Cannot unpack ${base} (exit code ${output.code}): ${said}: remove it to have it made again`,
  );
}
