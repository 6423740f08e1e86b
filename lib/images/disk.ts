/** A root file system as a bootable disk, without a loop device or a mount. @module */
import { execOrThrow } from "lib/cli/exec.ts";
import type { Workspace } from "lib/images/build.ts";
import { requireTools } from "lib/images/workspace.ts";
import { Problem } from "lib/schema/problem.ts";

const SECTOR = 512;
const START = 2048;
const GRUB = "/usr/lib/grub/i386-pc";
const MODULES = [
  "biosdisk",
  "part_msdos",
  "ext2",
  "search",
  "search_fs_uuid",
  "linux",
  "normal",
  "configfile",
  "echo",
];

/**
 * Refuses to start without what makes a disk.
 *
 * @throws {Problems} with the command that installs it
 */
export async function requireDiskTools(): Promise<void> {
  await requireTools(["sfdisk", "mke2fs", "grub-mkimage", "qemu-img"], [`${GRUB}/boot.img`]);
}

/**
 * Makes a qcow2 disk: one partition, ext4, GRUB for BIOS. The root gets an `fstab` and a `grub.cfg`.
 *
 * @param root The sealed, stopped root
 * @param disk The file to make
 * @returns Its SHA-256
 * @throws {Problem} when a tool fails, or the root has no kernel
 */
export async function makeDisk(
  root: string,
  disk: string,
  { folder }: Pick<Workspace, "folder">,
): Promise<string> {
  const uuid = crypto.randomUUID();
  const kernel = await bootFile(root, "vmlinuz");
  const initrd = await bootFile(root, "initrd.img");
  await Deno.writeTextFile(`${root}/etc/fstab`, `UUID=${uuid} / ext4 errors=remount-ro 0 1\n`);
  await Deno.mkdir(`${root}/boot/grub`, { recursive: true });
  await Deno.writeTextFile(
    `${root}/boot/grub/grub.cfg`,
    [
      "set timeout=0",
      `search --no-floppy --fs-uuid --set=root ${uuid}`,
      `linux ${kernel} root=UUID=${uuid} ro console=ttyS0 quiet`,
      `initrd ${initrd}`,
      "boot\n",
    ].join("\n"),
  );

  const used = Number((await execOrThrow("du", ["-sxm", root])).split("\t")[0]);
  const mebibytes = Math.ceil(used * 1.25) + 300;
  const raw = `${folder}/disk.raw`;
  await execOrThrow("truncate", ["-s", `${mebibytes}M`, raw]);
  await execOrThrow("sfdisk", ["--quiet", raw], {
    stdin: `label: dos\nstart=${START}, type=83, bootable\n`,
  });
  await execOrThrow("mke2fs", [
    "-q",
    "-F",
    ...["-t", "ext4"],
    ...["-U", uuid],
    ...["-L", "root"],
    ...["-E", `offset=${START * SECTOR}`],
    ...["-d", root],
    raw,
    `${(mebibytes - 2) * 1024}k`,
  ]);
  await installGrub(raw, uuid, folder);
  await execOrThrow("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, disk]);
  await Deno.remove(raw);
  return (await execOrThrow("sha256sum", ["--binary", disk])).slice(0, 64);
}

/** The boot sector, and GRUB's core in the gap before the partition. */
async function installGrub(raw: string, uuid: string, folder: string): Promise<void> {
  const early = `${folder}/early.cfg`;
  const core = `${folder}/core.img`;
  await Deno.writeTextFile(
    early,
    `search --no-floppy --fs-uuid --set=root ${uuid}\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`,
  );
  await execOrThrow("grub-mkimage", [
    ...["-O", "i386-pc"],
    ...["-c", early],
    ...["-p", "/boot/grub"],
    ...["-o", core],
    ...MODULES,
  ]);
  const file = await Deno.open(raw, { write: true });
  try {
    const boot = await Deno.readFile(`${GRUB}/boot.img`);
    const image = await Deno.readFile(core);
    if (image.length > (START - 1) * SECTOR) throw new Problem("GRUB does not fit before the disk");
    // The partition table, from byte 440 on, stays.
    await writeAt(file, 0, boot.subarray(0, 440));
    await writeAt(file, SECTOR, image);
  } finally {
    file.close();
  }
}

async function writeAt(file: Deno.FsFile, offset: number, bytes: Uint8Array): Promise<void> {
  await file.seek(offset, Deno.SeekMode.Start);
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}

/** Debian's link to the newest, which a later kernel moves; else the newest there is. */
async function bootFile(root: string, name: "vmlinuz" | "initrd.img"): Promise<string> {
  const link = await Deno.readLink(`${root}/${name}`).catch(() => undefined);
  return link === undefined ? `/boot/${await newest(root, `${name}-`)}` : `/${name}`;
}

async function newest(root: string, prefix: string): Promise<string> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${root}/boot`)) {
    if (entry.name.startsWith(prefix)) names.push(entry.name);
  }
  const name = names.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  if (name === undefined) throw new Problem(`${root}/boot holds no ${prefix}*: it cannot boot`);
  return name;
}
