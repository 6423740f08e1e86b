/** Where untrusted Python of learners runs: no network, its own user, an AppArmor profile. */
import { z } from "zod";
import { commandSucceeds, pathIs } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as nftables from "lib/images/operations/nftables.ts";
import * as pip from "lib/images/operations/pip.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { AbsolutePath } from "images/components/schema.ts";

const Settings = z.strictObject({
  user: z.string().default("sandbox").describe("Who runs the code"),
  path: AbsolutePath.default("/opt/codejail").describe("The Python environment"),
  debianPackages: z.array(z.string()).default(["python3-numpy", "python3-sympy"]).describe(
    "What learners' code may import, from Debian",
  ),
  pythonPackages: z.array(z.string()).default([]).describe(
    "What it may import beyond that, from PyPI: NAME==VERSION",
  ),
  processes: z.int().min(1).default(64).describe("How many processes it may have"),
});

const profile = (settings: z.output<typeof Settings>) =>
  `#include <tunables/global>

profile codejail ${settings.path}/bin/python3* {
  #include <abstractions/base>
  #include <abstractions/python>

  ${settings.path}/** mr,
  /usr/bin/python3* mrix,
  /tmp/codejail-*/ rw,
  /tmp/codejail-*/** rwk,
  deny network,
}
`;

/** The jail: environment, user, limits, packet filter and profile. */
export const codejail = defineComponent({
  name: "codejail",
  settings: Settings,
  needs: ["baseline"],
  needsMachine: "filters packets",

  async steps(host, settings) {
    await host.run(
      "Install the packages",
      apt.packages({
        packages: ["apparmor", "nftables", "python3", "python3-venv", ...settings.debianPackages],
        cacheTime: 86_400,
      }),
    );
    await host.run(
      "Add the user",
      server.user({
        user: settings.user,
        home: "/nonexistent",
        shell: "/usr/sbin/nologin",
        system: true,
        ensureHome: false,
        uid: 899,
      }),
    );
    // A link would run as /usr/bin/python3, which the profile does not name.
    await host.run(
      "Make the environment",
      pip.venv({ path: settings.path, systemPackages: true, copies: true }),
    );
    await host.run(
      "Install what may be imported",
      pip.packages({ packages: settings.pythonPackages, venv: settings.path }),
    );
    await host.run(
      "Limit its processes",
      server.limits({
        domain: settings.user,
        type: "hard",
        item: "nproc",
        value: settings.processes,
      }),
    );
    await host.run(
      "Keep it off the network",
      nftables.chain({
        table: "codejail",
        chain: "output",
        hook: { type: "filter", name: "output", priority: 0, policy: "accept" },
        rules: [`meta skuid 899 counter reject`],
      }),
    );
    await host.run(
      "Load the filter at boot",
      files.put({
        dest: "/etc/nftables.conf",
        content: '#!/usr/sbin/nft -f\nflush ruleset\ninclude "/etc/nftables.d/*.nft"\n',
        mode: "755",
      }),
    );
    await host.run(
      "Run the filter",
      systemd.service({ unit: "nftables", running: null, enabled: true }),
    );
    await host.run(
      "Write the profile",
      files.put({ dest: "/etc/apparmor.d/codejail", content: profile(settings), mode: "644" }),
    );
  },

  checks: (settings) => [
    pathIs("/etc/apparmor.d/codejail", "root:root 644"),
    commandSucceeds(
      "the profile is of the file that runs",
      `test ! -L ${settings.path}/bin/python3 && apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/codejail`,
    ),
    commandSucceeds(
      "the environment imports what it shall",
      `${settings.path}/bin/python3 -c 'import sympy'`,
    ),
    commandSucceeds(
      "learners' code has no network",
      'c=\'exec 3<>/dev/tcp/127.0.0.1/22\'; bash -c "$c" && ! setpriv --reuid=899 --clear-groups bash -c "$c" 2>/dev/null',
    ),
  ],
});
