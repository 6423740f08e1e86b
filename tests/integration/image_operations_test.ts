import assert from "node:assert/strict";
import { bootBase, openWorkspace } from "lib/images/build.ts";
import { Content } from "lib/images/facts/files.ts";
import { Host } from "lib/images/host.ts";
import { Janitor } from "lib/images/janitor.ts";
import type { Operation } from "lib/images/operation.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as cloudInit from "lib/images/operations/cloud_init.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as git from "lib/images/operations/git.ts";
import * as nftables from "lib/images/operations/nftables.ts";
import * as pip from "lib/images/operations/pip.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { verifyNothingLeft } from "lib/images/provision.ts";
import { SshTarget } from "lib/images/ssh.ts";
import { machineTest } from "tests/support/machines.ts";

/** What is brought about, by which operations, and the shell that shows it. */
const ROWS: readonly (readonly [string, readonly Operation[], string])[] = [
  [
    "packages are installed",
    [apt.packages({
      packages: ["git", "locales", "python3-venv", "nftables", "cron"],
      cacheTime: 86_400,
    })],
    "dpkg -s git locales >/dev/null",
  ],
  ["a package is removed", [apt.packages({ packages: ["jq"], present: false })], "! command -v jq"],
  [
    "a source is added in one line and in a file of its own",
    [
      apt.repo({ source: "deb  http://127.0.0.1/debian  x main", filename: "x" }),
      apt.sourcesFile({
        filename: "y",
        uris: ["http://127.0.0.1/y"],
        suites: ["y"],
        components: ["main"],
      }),
    ],
    "grep -q 127.0.0.1/debian /etc/apt/sources.list.d/x.list && grep -qx 'Suites: y' /etc/apt/sources.list.d/y.sources",
  ],
  [
    "a user has a home, groups, keys and a password",
    [
      server.group({ group: "tools", system: true }),
      server.user({
        user: "alice",
        shell: "/bin/bash",
        groups: ["tools"],
        comment: "Alice A.",
        publicKeys: ["ssh-ed25519 AAAAexample alice"],
        password: "$y$j9T$abcdefghijklmnop$qrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTU",
      }),
    ],
    `id -nG alice | grep -q tools && [ "$(stat -c '%U %a' /home/alice/.ssh/authorized_keys)" = "alice 600" ] && getent shadow alice | grep -q 'y\\$j9T'`,
  ],
  [
    "the same user changes",
    [server.user({
      user: "alice",
      shell: "/bin/sh",
      groups: ["tools", "users"],
      comment: "Alice B.",
    })],
    "getent passwd alice | grep -q 'Alice B.*:/bin/sh$' && id -nG alice | grep -q users",
  ],
  [
    "a file is written as it is given",
    [files.put({ dest: "/srv/lines", content: "one\ntwo=1\nthree" })],
    "[ $(wc -c < /srv/lines) = 15 ]",
  ],
  ["a line is appended to a file without a last line break", [
    files.line({ path: "/srv/lines", line: "four" }),
  ], "[ \"$(tail -n 2 /srv/lines | tr '\\n' ' ')\" = 'three four ' ]"],
  ["a line is replaced", [
    files.line({ path: "/srv/lines", line: "^two=", replace: "two=a/b&c" }),
  ], "grep -qxF 'two=a/b&c' /srv/lines"],
  ["a line is removed", [
    files.line({ path: "/srv/lines", line: "^one$", present: false }),
  ], "! grep -q one /srv/lines"],
  ["a text is replaced everywhere", [
    files.replace({ path: "/srv/lines", text: "[a-z]*ree", replace: "3/3" }),
  ], "grep -qx 3/3 /srv/lines"],
  ["a block is put beside a line", [
    files.block({
      path: "/srv/lines",
      content: "x = $HOME\ny",
      beside: { line: /^3/, where: "before" },
    }),
  ], "grep -qxF 'x = $HOME' /srv/lines"],
  ["a block changes", [
    files.block({ path: "/srv/lines", content: "z" }),
  ], "! grep -q HOME /srv/lines && grep -A1 BEGIN /srv/lines | grep -qx z"],
  ["a block is removed", [
    files.block({ path: "/srv/lines", present: false }),
  ], "! grep -q MANAGED /srv/lines"],
  ["a link points elsewhere", [
    files.link({ path: "/srv/link", target: "/etc/hosts" }),
  ], '[ "$(readlink /srv/link)" = /etc/hosts ]'],
  ["a template is filled", [
    files.template({
      dest: "/srv/filled",
      template: "port = {{ port }}\n",
      variables: { port: 80 },
      mode: "600",
      user: "alice",
    }),
  ], "[ \"$(stat -c '%U %a' /srv/filled) $(cat /srv/filled)\" = 'alice 600 port = 80' ]"],
  [
    "a host name is set",
    [server.hostname("machine.example.org")],
    "grep -qx machine.example.org /etc/hostname",
  ],
  [
    "a locale is generated",
    [server.locale({ locale: "fr_FR.UTF-8" })],
    "locale -a | grep -qx fr_FR.utf8",
  ],
  ["a job is kept in a crontab", [
    server.crontab({ name: "clean", command: "find /tmp -mtime +9 -delete", schedule: "@daily" }),
    server.crontab({ name: "other", command: "echo '100%'", schedule: "1 2 * * 3" }),
  ], "crontab -l | grep -q '^@daily find' && crontab -l | grep -q '^1 2'"],
  ["a limit is set", [
    server.limits({ domain: "*", type: "soft", item: "nofile", value: 4096 }),
    server.limits({ domain: "alice", type: "hard", item: "nproc", value: 10 }),
  ], "grep -Pq '^\\*\\tsoft\\tnofile\\t4096$' /etc/security/limits.conf"],
  ["a module is loaded at boot", [
    server.modprobe({ modules: ["overlay", "br_netfilter"], name: "containers" }),
  ], "grep -qx br_netfilter /etc/modules-load.d/containers.conf"],
  [
    "a file system is mounted",
    [
      server.shell({ commands: ["mkdir -p /srv/mount"], creates: "/srv/mount" }),
      server.mount({ path: "/srv/mount", device: "tmpfs", type: "tmpfs", options: ["noexec"] }),
    ],
    "findmnt -no OPTIONS /srv/mount | grep -q noexec && ! findmnt -no OPTIONS /tmp | grep -q noexec",
  ],
  ["a script runs once", [
    server.script({ content: "#!/bin/sh\necho once >> /srv/ran\n", creates: "/srv/ran" }),
  ], '[ "$(cat /srv/ran)" = once ] && ! ls /tmp/tmp.* 2>/dev/null'],
  ["a unit runs", [
    systemd.unit({
      unit: "sleeper",
      sections: {
        Service: { ExecStart: "/bin/sleep infinity" },
        Install: { WantedBy: "multi-user.target" },
      },
    }),
    systemd.service({ unit: "sleeper", enabled: true }),
  ], "systemctl is-active -q sleeper && systemctl is-enabled -q sleeper"],
  ["a unit is stopped", [
    systemd.service({ unit: "sleeper", running: false, enabled: false }),
  ], "! systemctl is-active -q sleeper && ! systemctl is-enabled -q sleeper"],
  ["cloud-init is told", [
    cloudInit.config({ name: "90-test", settings: { ssh_pwauth: false } }),
  ], "grep -qx 'ssh_pwauth: false' /etc/cloud/cloud.cfg.d/90-test.cfg"],
  ["a packet filter is written", [
    nftables.chain({
      table: "web",
      chain: "input",
      hook: { type: "filter", name: "input", priority: 0, policy: "accept" },
      rules: ["tcp dport 8200 accept", "meta skuid 899 counter reject"],
    }),
  ], "grep -q 'tcp dport 8200 accept' /etc/nftables.d/web.nft"],
  ["an environment for Python is made", [
    pip.venv({ path: "/opt/env" }),
    pip.packages({ packages: ["setuptools"], venv: "/opt/env", present: false }),
  ], "/opt/env/bin/python3 -c 'import sys' && ! /opt/env/bin/pip show setuptools 2>/dev/null"],
];

machineTest([], "every operation does what it says, once", async (_, t) => {
  const folder = await Deno.makeTempDir({ prefix: "image-operations-" });
  const janitor = new Janitor();
  const workspace = await openWorkspace(folder, janitor);
  const { machine } = await bootBase(workspace, {
    env: (name) => Deno.env.get(name),
    say: () => {},
    signal: new AbortController().signal,
    components: [],
  });
  const target = new SshTarget(machine.address);
  const run = async (mode: "apply" | "verify", one: Operation) => {
    const host = new Host(target, { mode, booted: true });
    await host.run("test", one);
    return host.outcomes;
  };
  try {
    for (const [what, operations, shows] of ROWS) {
      await t.step(what, async () => {
        for (const one of operations) await run("apply", one);
        for (const one of operations) verifyNothingLeft(await run("verify", one));
        const { code, stdout, stderr } = await target.run(shows);
        assert.equal(code, 0, `${shows}: ${stdout}${stderr}`);
      });
    }

    await t.step("a work tree is at its commit, and moves to another", async () => {
      const { stdout } = await target.run(
        `git init -q /srv/origin && cd /srv/origin && git config user.email a@b.c && git config user.name a && git config uploadpack.allowAnySHA1InWant true && for i in 1 2; do echo $i > f; git add f; git commit -qm $i; git rev-parse HEAD; done`,
      );
      for (const commit of stdout.trim().split("\n")) {
        const tree = git.repo({ url: "/srv/origin", dest: "/srv/tree", commit, user: "alice" });
        await run("apply", tree);
        verifyNothingLeft(await run("verify", tree));
        const head = await target.run(
          "git -c safe.directory=/srv/tree -C /srv/tree rev-parse HEAD",
        );
        assert.equal(head.stdout.trim(), commit);
      }
    });

    await t.step("a file is brought here", async () => {
      const to = `${folder}/got`;
      await run("apply", files.get({ path: "/srv/filled", to }));
      assert.equal(await Deno.readTextFile(to), "port = 80\n");
      verifyNothingLeft(await run("verify", files.get({ path: "/srv/filled", to })));
    });

    await t.step("a plan changes nothing", async () => {
      const host = new Host(target, { mode: "plan", booted: true });
      const one = files.put({ dest: "/srv/filled", content: "port = 81\n" });
      const outcome = await host.run("test", one);
      assert.match(outcome.commands[0].diff ?? "", /^-port = 80\n\+port = 81$/m);
      assert.equal(await host.fact(Content, "/srv/filled"), "port = 80\n");
    });
  } finally {
    await target.close();
    await janitor[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}, { sanitizeResources: false, sanitizeOps: false });
