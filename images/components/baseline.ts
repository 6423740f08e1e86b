/** What every machine has: tools, time, hardened ssh, security updates, limits. */
import { z } from "zod";
import { commandSucceeds, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";

const Settings = z.strictObject({
  packages: z.array(z.string()).default([
    "ca-certificates",
    "curl",
    "jq",
    "systemd-timesyncd",
    "unattended-upgrades",
    "unzip",
  ]).describe("Debian packages that every machine has"),
  openFiles: z.int().min(1024).default(65_536).describe("How many files a process may open"),
  automaticReboot: z.boolean().default(false).describe(
    "Restart by itself when a security update needs it",
  ),
  timeServers: z.array(z.string()).default(["169.254.169.123", "0.debian.pool.ntp.org"]).describe(
    "Where the time comes from; the first is Amazon's, on every instance",
  ),
});

const SSH = `# What is not needed is off; keys only.
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
X11Forwarding no
AllowAgentForwarding no
MaxAuthTries 3
LoginGraceTime 30
`;

/** Packages, ssh, time, updates and limits. */
export const baseline = defineComponent({
  name: "baseline",
  settings: Settings,

  async steps(host, settings) {
    await host.run(
      "Install the packages",
      apt.packages({ packages: settings.packages, cacheTime: 86_400 }),
    );
    await host.run("Install what was published since the base", apt.upgrade({ dist: true }));
    const ssh = await host.run(
      "Harden sshd",
      files.put({ dest: "/etc/ssh/sshd_config.d/10-hardening.conf", content: SSH, mode: "644" }),
    );
    await host.run(
      "Reload sshd",
      systemd.service({ unit: "ssh", running: null, enabled: true, reloaded: ssh.changed }),
    );
    // The image is sealed without host keys: each machine makes its own.
    await host.run(
      "Make host keys at first boot",
      systemd.unit({
        unit: "ssh-host-keys",
        sections: {
          Unit: {
            Description: "Make this machine's ssh host keys",
            Before: "ssh.service",
            ConditionPathExists: "!/etc/ssh/ssh_host_ed25519_key",
          },
          Service: {
            Type: "oneshot",
            ExecStart: "/usr/bin/ssh-keygen -A",
            RemainAfterExit: true,
          },
          Install: { WantedBy: "multi-user.target" },
        },
      }),
    );
    await host.run(
      "Enable host keys at first boot",
      systemd.service({ unit: "ssh-host-keys", running: null, enabled: true }),
    );
    await host.run(
      "Set the time servers",
      files.put({
        dest: "/etc/systemd/timesyncd.conf.d/10-servers.conf",
        content: `[Time]\nNTP=${settings.timeServers.join(" ")}\n`,
      }),
    );
    await host.run(
      "Keep the time",
      systemd.service({ unit: "systemd-timesyncd", running: null, enabled: true }),
    );
    await host.run(
      "Install security updates every day",
      files.put({
        dest: "/etc/apt/apt.conf.d/20auto-upgrades",
        content:
          'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
      }),
    );
    await host.run(
      "Say when to restart for updates",
      files.put({
        dest: "/etc/apt/apt.conf.d/51unattended-upgrades-reboot",
        content: `Unattended-Upgrade::Automatic-Reboot "${settings.automaticReboot}";\n`,
      }),
    );
    await host.run(
      "Let services open many files",
      files.put({
        dest: "/etc/systemd/system.conf.d/10-limits.conf",
        content: `[Manager]\nDefaultLimitNOFILE=${settings.openFiles}\n`,
      }),
    );
    await host.run(
      "Let logins open many files",
      files.put({
        dest: "/etc/security/limits.d/10-open-files.conf",
        content: `* - nofile ${settings.openFiles}\nroot - nofile ${settings.openFiles}\n`,
      }),
    );
    await host.run(
      "Keep the journal small",
      files.put({
        dest: "/etc/systemd/journald.conf.d/10-size.conf",
        content: "[Journal]\nSystemMaxUse=500M\n",
      }),
    );
  },

  checks: () => [
    unitRuns("ssh"),
    commandSucceeds(
      "sshd takes no passwords",
      "sshd -T | grep -qx 'passwordauthentication no' && sshd -T | grep -qx 'permitrootlogin without-password'",
    ),
  ],
});
