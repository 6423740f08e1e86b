/** A disk as a running machine, in QEMU. @module */
import { exec } from "lib/cli/exec.ts";
import { type Janitor, killGroup } from "lib/images/janitor.ts";
import type { Machine } from "lib/images/nspawn.ts";
import { freePort, waitForSsh } from "lib/images/port.ts";
import { Problem } from "lib/schema/problem.ts";

/** How QEMU runs a guest: with the processor's help, or by translating its code. */
export type Accelerator = "kvm" | "tcg";

// mov al, 1; out 0xf4, al; hlt: leaves through the isa-debug-exit device with code 3.
const BOOT_SECTOR = new Uint8Array(512);
BOOT_SECTOR.set([0xb0, 0x01, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd]);
BOOT_SECTOR.set([0x55, 0xaa], 510);

/**
 * Whether KVM really runs a guest: it boots one of seven bytes, and gives it five seconds. That
 * `/dev/kvm` can be opened says nothing: without nested virtualisation a guest hangs in its BIOS.
 *
 * @param folder Where the boot sector may be written
 */
export async function probeAccelerator(folder: string): Promise<Accelerator> {
  const path = `${folder}/probe.img`;
  await Deno.writeFile(path, BOOT_SECTOR);
  try {
    const { code } = await exec("timeout", [
      ...["-k", "1", "5", "qemu-system-x86_64"],
      ...["-accel", "kvm"],
      ...["-m", "16", "-display", "none", "-monitor", "none", "-serial", "none", "-no-reboot"],
      ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
      ...["-drive", `file=${path},format=raw,readonly=on`],
    ]);
    return code === 3 ? "kvm" : "tcg";
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

/**
 * Boots a disk in QEMU, on an overlay that is thrown away, and waits for ssh. The guest has no way
 * out of this machine. The key reaches it as a credential of systemd's, so that the disk itself
 * need not let anybody in.
 *
 * @param disk The qcow2 file
 * @param key The private key's file, and the public key that logs in as root
 * @param options `folder` takes overlay and console log; `accelerator` from
 * {@linkcode probeAccelerator}
 * @throws {Problem} with the console's end when ssh does not answer in 5 minutes
 */
export async function bootDisk(
  disk: string,
  key: { path: string; publicKey: string },
  options: { janitor: Janitor; folder: string; accelerator: Accelerator; signal?: AbortSignal },
): Promise<Machine> {
  const port = freePort();
  const overlay = `${options.folder}/overlay-${port}.qcow2`;
  const log = `${options.folder}/console-${port}.log`;
  const made = await exec("qemu-img", [
    ...["create", "-q", "-f", "qcow2", "-b", await Deno.realPath(disk), "-F", "qcow2", overlay],
  ]);
  if (made.code !== 0) throw new Problem(`qemu-img cannot use ${disk}: ${made.stderr.trim()}`);
  const credential = btoa(`${key.publicKey}\n`);
  const child = await options.janitor.spawn("qemu-system-x86_64", [
    ...["-machine", "q35", "-m", "1024", "-smp", "2"],
    ...["-accel", options.accelerator === "tcg" ? "tcg,thread=multi" : "kvm"],
    ...["-cpu", options.accelerator === "tcg" ? "max" : "host"],
    ...["-display", "none", "-monitor", "none", "-serial", `file:${log}`],
    ...["-drive", `file=${overlay},if=virtio,cache=unsafe`],
    ...["-netdev", `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...["-device", "virtio-net-pci,netdev=net"],
    ...["-device", "virtio-rng-pci"],
    "-smbios",
    `type=11,value=io.systemd.credential.binary:ssh.authorized_keys.root=${credential}`,
  ], { stdout: "null", stderr: "piped" });
  const status = child.status;
  const stderr = new Response(child.stderr).text();
  const console = async () => (await Deno.readTextFile(log).catch(() => "")).trim().slice(-1500);
  const deadline = performance.now() + 300_000;
  if (
    !await waitForSsh({ host: "127.0.0.1", port }, {
      deadline,
      gone: status,
      signal: options.signal,
    })
  ) {
    await killGroup(child, "KILL");
    throw new Problem(
      `The machine does not answer: ${(await stderr).trim()} its console ends: ${await console()}`,
    );
  }
  return {
    address: { host: "127.0.0.1", port, user: "root", key: key.path },
    console,
    async stop() {
      await killGroup(child, "TERM");
      const timer = setTimeout(() => killGroup(child, "KILL"), 10_000);
      await status;
      await stderr;
      clearTimeout(timer);
      await options.janitor.ended(child);
    },
  };
}
