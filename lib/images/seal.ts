/**
 * Takes out of a machine what its copies must not share, or do not need.
 *
 * @module
 */
import type { ServiceState } from "lib/images/component.ts";
import { BUILD_SSHD_CONFIG } from "lib/images/nspawn.ts";
import { sh } from "lib/images/shell.ts";
import type { Target } from "lib/images/target.ts";
import { Problem } from "lib/schema/problem.ts";

/** Each step: what it takes out, and how. They run in this order, as root, in one go. */
export const SEAL_STEPS: readonly { readonly name: string; readonly shell: string }[] = [
  {
    name: "packages that nothing needs, package archives and lists",
    shell:
      "apt-get -qq autoremove --purge; apt-get -qq clean; rm -rf /var/lib/apt/lists/* /var/lib/apt/periodic/update-success-stamp",
  },
  {
    name: "logs and shell history",
    shell:
      "journalctl --rotate --quiet 2>/dev/null || true; rm -rf /var/log/journal/*; find /var/log -type f -exec truncate -s 0 {} +; rm -f /root/.bash_history /home/*/.bash_history",
  },
  {
    name: "temporary files",
    shell: "find /tmp /var/tmp -mindepth 1 -xdev -delete 2>/dev/null || true",
  },
  {
    name: "what cloud-init remembers of this machine",
    shell: "if command -v cloud-init >/dev/null; then cloud-init clean --logs --seed; fi",
  },
  {
    name: "what names this machine to others",
    shell:
      "rm -f /etc/docker/key.json /var/lib/caddy/.local/share/caddy/instance.uuid /var/lib/caddy/instance.uuid",
  },
  { name: "the random seed", shell: "rm -f /var/lib/systemd/random-seed" },
  { name: "the ssh host keys", shell: "rm -f /etc/ssh/ssh_host_*" },
  {
    name: "the build's own login",
    shell: `rm -f ${BUILD_SSHD_CONFIG} /root/.ssh/authorized_keys /home/admin/.ssh/authorized_keys`,
  },
  {
    name: "the machine id",
    shell:
      ": > /etc/machine-id; rm -f /var/lib/dbus/machine-id; ln -s /etc/machine-id /var/lib/dbus/machine-id",
  },
];

/**
 * Seals a machine: nothing but a shutdown may follow.
 *
 * @param state What services wrote: two machines with one Consul node id or one Raft log cannot be in
 * one cluster
 * @throws {Problem} naming the step that failed
 */
export async function seal(target: Target, state: readonly ServiceState[] = []): Promise<void> {
  const services = state.map(({ unit, path }) => ({
    name: `what ${unit} wrote`,
    shell: sh`systemctl stop ${unit} && find ${path} -mindepth 1 -delete`,
  }));
  for (const step of [...services, ...SEAL_STEPS]) {
    const result = await target.run(`set -e; ${step.shell}`);
    if (result.code !== 0) {
      throw new Problem(
        `Cannot seal ${target.name}: removing ${step.name} failed with exit code ${result.code}: ${
          result.stderr.trim().slice(-500)
        }`,
      );
    }
  }
  await target.run("sync");
}
