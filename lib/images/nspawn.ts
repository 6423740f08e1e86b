/** A root file system as a running machine, in a container of systemd's. @module */
import { Janitor, killGroup } from "lib/images/janitor.ts";
import { freePort, waitForSsh } from "lib/images/port.ts";
import type { SshAddress } from "lib/images/ssh.ts";
import { Problem } from "lib/schema/problem.ts";

/** A machine that was started and can be stopped. */
export interface Machine {
  readonly address: SshAddress;
  /** Shuts it down in good order and waits; ends it after 30 s. */
  stop(): Promise<void>;
  /** The end of what its console said. */
  console(): Promise<string>;
}

/** A network namespace that `ip netns` made, for a machine that shall not share this one's network. */
export interface MachineNetwork {
  /** As `ip netns list` names it. */
  readonly namespace: string;
  /** The IPv4 address inside it at which this machine reaches it. */
  readonly address: string;
}

/** The sshd setting that a build leaves in the root; sealing removes it. */
export const BUILD_SSHD_CONFIG = "/etc/ssh/sshd_config.d/00-build.conf";

/**
 * Boots a root with systemd-nspawn and waits for ssh. It shares this machine's network, so that
 * packages and releases can be fetched.
 *
 * @param root The root file system
 * @param key The private key's file, and the public key that logs in as root
 * @param options `janitor` ends it with this process; `folder` takes the console's log; `volatile`
 * leaves the root as it is: what the machine writes is gone with it; `nested` lets it run containers
 * of its own, with all of root's rights on this machine; `network` gives it another one; `within`
 * is how long ssh may take to answer, in milliseconds, default 60,000
 * @throws {Problem} with the console's end when ssh does not answer
 */
export async function bootContainer(
  root: string,
  key: { path: string; publicKey: string },
  options: {
    janitor: Janitor;
    folder: string;
    signal?: AbortSignal;
    volatile?: boolean;
    nested?: boolean;
    network?: MachineNetwork;
    within?: number;
  },
): Promise<Machine> {
  const port = freePort();
  const host = options.network?.address ?? "127.0.0.1";
  const sshd = `Port ${port}\nListenAddress ${host}\nMaxSessions 20\n`;
  const config = `${options.folder}/sshd-${port}.conf`;
  await Deno.writeTextFile(options.volatile ? config : `${root}${BUILD_SSHD_CONFIG}`, sshd);
  const log = `${options.folder}/console-${port}.log`;
  const child = await options.janitor.spawn("sh", [
    "-c",
    `exec "$@" >"$0" 2>&1`,
    log,
    ...(options.network ? ["nsenter", `--net=/run/netns/${options.network.namespace}`] : []),
    "systemd-nspawn",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--boot",
    `--machine=image-${port}`,
    `--directory=${root}`,
    ...(options.volatile ? ["--volatile=overlay", `--bind-ro=${config}:${BUILD_SSHD_CONFIG}`] : []),
    ...(options.nested ? ["--capability=all", "--system-call-filter=add_key keyctl bpf"] : []),
    "--console=pipe",
    // By this the janitor knows the container's init, which can outlive a killed systemd-nspawn.
    `--setenv=IMAGE_BUILD=${options.folder}`,
    "--resolv-conf=copy-host",
    `--set-credential=ssh.authorized_keys.root:${key.publicKey}`,
  ], { stdout: "null", stderr: "null" });
  const status = child.status;
  const console = async () => (await Deno.readTextFile(log).catch(() => "")).trim().slice(-1500);
  const deadline = performance.now() + (options.within ?? 60_000);
  if (!await waitForSsh({ host, port }, { deadline, gone: status, signal: options.signal })) {
    const said = await console() || "(nothing)";
    throw new Problem(
      `The machine in the container does not answer ssh; its console ends: ${said}`,
    );
  }
  return {
    address: { host, port, user: "root", key: key.path },
    console,
    async stop() {
      const timer = setTimeout(() => killGroup(child, "KILL"), 30_000);
      // To systemd-nspawn, SIGTERM means an orderly shutdown of what it contains.
      await new Deno.Command("kill", { args: ["-TERM", String(child.pid)], stderr: "null" })
        .output();
      await status;
      clearTimeout(timer);
      await options.janitor.ended(child);
    },
  };
}
