/**
 * What goes wrong while machines are built, and where each is provoked (`build` is
 * image_build_faults_test.ts, `signals` image_signals_test.ts, `compose` and `artifacts` are in
 * tests/lib/images, the rest is here or named):
 *
 * | Fault | Provoked in |
 * |---|---|
 * | 1 Packer has nothing to build | build |
 * | 2 SIGTERM, SIGKILL | signals |
 * | 3 output is there already | not provoked: a build works in a folder of its own and is renamed |
 * | 4 the base was changed | build |
 * | 5 a variable is misspelt | compose, templates_test.ts |
 * | 6 dead mirror | here |
 * | 7 apt's lock is held | here |
 * | 8 half-installed package | here |
 * | 9 unknown package | here |
 * | 10 a service dies after its start | here |
 * | 11 no systemd | here, in a chroot |
 * | 12 a kernel parameter is read-only | here |
 * | 13 ssh breaks off | here |
 * | 14 ssh never comes | build |
 * | 15 disk full | here |
 * | 16 truncated or wrong download, wrong signature | here |
 * | 17 something else is in the way | here |
 * | 18 secrets in logs and images | here, compose |
 * | 19 a template's variable is missing | artifacts |
 * | 20 quotes, newlines, `$()` | here, shell_test.ts |
 * | 21 not idempotent | here |
 * | 22 one path or port for two | artifacts, compose |
 * | 23 cycle, missing need, duplicate | compose |
 * | 24 KVM that hangs | build_image_test.ts probes it; a guest that hangs needs such a machine |
 * | 25 two builds on one port | here, signals |
 * | 26 left behind by a crash | build |
 * | 27 not sealed | build_image_test.ts, consul_image_test.ts |
 * | 28 grown, new port or setuid program | artifacts |
 * | 29 AMI name illegal or taken, copy fails | templates_test.ts for the parts of the name; the rest |
 * |    | not here: the stand-in copies nothing, and names end in the second |
 * | 30 no base AMI, or a stranger's | ami_image_test.ts |
 * | 31 another processor's program | here |
 * | 32 no Packer | build |
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { bootBase, openWorkspace, refuseSecrets } from "lib/images/build.ts";
import { ChrootTarget } from "lib/images/chroot.ts";
import { defineComponent } from "lib/images/component.ts";
import { compose, secret } from "lib/images/compose.ts";
import { Content, Path } from "lib/images/facts/files.ts";
import { DebPackages } from "lib/images/facts/packages.ts";
import { Host, type Mode } from "lib/images/host.ts";
import { Janitor } from "lib/images/janitor.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { freePort, requireFreePorts } from "lib/images/port.ts";
import { verifyNothingLeft } from "lib/images/provision.ts";
import { redactor } from "lib/images/redact.ts";
import { quote } from "lib/images/shell.ts";
import { SshTarget } from "lib/images/ssh.ts";
import type { Target } from "lib/images/target.ts";
import { sha256 as digestOf } from "lib/schema/digest.ts";
import { Problem } from "lib/schema/problem.ts";
import { machineTest, processesIn, serveReleases } from "tests/support/machines.ts";
import { makeSigningKey } from "tests/support/pgp.ts";

const host = (target: Target, mode: Mode = "apply") =>
  new Host(target, { mode, booted: target instanceof SshTarget });

const encode = (text: string) => new TextEncoder().encode(text);
const sha256Of = (text: string) => digestOf(encode(text));

/** The start of a program for 64-bit ARM, and of one for x86-64. */
const [ELF_ARM, ELF_AMD] = [0xb7, 0x3e].map((machine) =>
  Uint8Array.of(0x7f, ...encode("ELF"), 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, machine, 0)
);

/** Applies an operation, and shows that a second pass has nothing to do. */
async function settle(target: Target, one: Operation): Promise<void> {
  await host(target).run("test", one);
  const verify = host(target, "verify");
  await verify.run("test", one);
  verifyNothingLeft(verify.outcomes);
}

const fails = (target: Target, one: Operation, message: RegExp) =>
  assert.rejects(host(target).run("test", one), (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.match(error.message, message);
    return true;
  });

machineTest([], "operations meet a machine that is not as it should be", async (_, t) => {
  const folder = await Deno.makeTempDir({ prefix: "image-faults-" });
  const janitor = new Janitor();
  const workspace = await openWorkspace(folder, janitor);
  const { machine, root } = await bootBase(workspace, {
    env: (name) => Deno.env.get(name),
    say: () => {},
    signal: new AbortController().signal,
    components: [],
  });
  const target = new SshTarget(machine.address);
  const read = (path: string) => host(target).fact(Content, path);
  await using server_ = serveReleases({
    "tool": new TextEncoder().encode("#!/bin/sh\necho hello\n"),
    "short": () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array(100));
            controller.error(new Error("cut"));
          },
        }),
        { headers: { "content-length": "100000" } },
      ),
  });
  const tool = "#!/bin/sh\necho hello\n";
  await using key = await makeSigningKey();
  await using otherKey = await makeSigningKey();
  const sums = `${await sha256Of(tool)}  tool\n`;
  await using vendor = serveReleases({
    "tool": encode(tool),
    "sums": encode(sums),
    "sums.sig": await key.sign(sums),
    "changed": encode(sums.replace(/^./, "x")),
    "changed.sig": await key.sign(sums),
    "arm": ELF_ARM,
    "amd": ELF_AMD,
    "other": encode(sums.replace("tool", "another")),
    "other.sig": await key.sign(sums.replace("tool", "another")),
  });
  const sha256 = "f3dcbdc2d5ac1b05d1f1a5b8ffbbb2b6ff42d9e0c6cbbfd9c1f1a6a9f6b5f8c1";
  try {
    await t.step("any content at any path arrives as it is", async () => {
      const text = fc.string({ unit: "binary", maxLength: 60 }).filter((s) => s.isWellFormed());
      const name = fc.string({ minLength: 1, maxLength: 30 }).filter((s) =>
        !/[\/\0\n|]/.test(s) && ![".", ".."].includes(s)
      );
      await fc.assert(
        fc.asyncProperty(name, text, async (file, content) => {
          await settle(target, files.put({ dest: `/srv/any/${file}`, content }));
        }),
        { numRuns: 15 },
      );
    });

    await t.step("a digest that differs installs nothing, and keeps what was there", async () => {
      await host(target).run("old", files.put({ dest: "/usr/local/bin/tool", content: "old" }));
      await fails(
        target,
        files.unpackRelease({ url: `${server_.url}/tool`, sha256, to: "/usr/local/bin/tool" }),
        /does not have the SHA-256/,
      );
      assert.equal(await read("/usr/local/bin/tool"), "old");
      const left = await target.run("ls -A /usr/local/bin");
      assert.equal(left.stdout.trim(), "tool");
    });

    const signed = async (list: string, publicKey: string) =>
      files.unpackRelease({
        url: `${vendor.url}/tool`,
        sha256: await sha256Of(tool),
        to: "/usr/local/bin/signed",
        signed: {
          checksums: `${vendor.url}/${list}`,
          signature: `${vendor.url}/${list}.sig`,
          publicKey,
        },
      });
    for (
      const [what, list, by, says] of [
        ["another key signed", "sums", otherKey, /sums is not signed by the release's key/],
        ["was changed after it was signed", "changed", key, /changed is not signed by the release/],
        ["says nothing of the archive", "other", key, /other has no line "\w{64} {2}tool"/],
        ["was never signed", "short", key, /exit code 22/],
      ] as const
    ) {
      await t.step(`a list of digests that ${what} installs nothing`, async () => {
        await fails(target, await signed(list, by.publicKey), says);
        assert.equal(await host(target).fact(Path, "/usr/local/bin/signed"), null);
      });
    }
    await t.step("a list of digests that the right key signed lets the archive in", async () => {
      await settle(target, await signed("sums", key.publicKey));
      assert.equal(await read("/usr/local/bin/signed"), tool);
    });

    await t.step("a program for another processor is not installed", async () => {
      const bare = async (name: string, content: Uint8Array) =>
        files.unpackRelease({
          url: `${vendor.url}/${name}`,
          sha256: await digestOf(content),
          to: "/usr/local/bin/cpu",
        });
      await settle(target, await bare("amd", ELF_AMD));
      await fails(target, await bare("arm", ELF_ARM), /for another processor than .* x86_64/);
      assert.equal((await target.run("od -An -j18 -N1 -tx1 /usr/local/bin/cpu")).stdout, " 3e\n");
    });

    await t.step("a download that breaks off leaves nothing", async () => {
      await fails(
        target,
        files.download({ url: `${server_.url}/short`, dest: "/srv/short", sha256 }),
        /exit code (18|28|56|92)|curl/,
      );
      assert.equal((await target.run("ls -A /srv")).stdout.includes("short"), false);
    });

    await t.step("a disk that is full keeps the old file whole", async () => {
      await target.run("mkdir -p /srv/small && mount -t tmpfs -o size=64k tmpfs /srv/small");
      await settle(target, files.put({ dest: "/srv/small/file", content: "old" }));
      const content = "x".repeat(200_000);
      await fails(target, files.put({ dest: "/srv/small/file", content }), /No space left/);
      assert.equal(await read("/srv/small/file"), "old");
      assert.equal((await target.run("ls -A /srv/small")).stdout.trim(), "file");
      await target.run("umount /srv/small");
    });

    await t.step("what is in the way is named and left alone", async () => {
      await target.run("mkdir -p /srv/folder && touch /srv/plain && ln -sfn /etc/passwd /srv/link");
      await fails(
        target,
        files.put({ dest: "/srv/folder", content: "" }),
        /is a directory, not a file/,
      );
      await fails(target, files.put({ dest: "/srv/link", content: "" }), /is a link, not a file/);
      await fails(target, files.directory({ path: "/srv/plain" }), /is a file, not a directory/);
      assert.equal((await host(target).fact(Path, "/srv/link"))?.target, "/etc/passwd");
    });

    await t.step(
      "a service that dies after its start is an error with its last words",
      async () => {
        const unit = systemd.unit({
          unit: "dies",
          sections: {
            Service: { ExecStart: '/bin/sh -c "echo my last words; sleep 0.1; exit 3"' },
          },
        });
        await settle(target, unit);
        await fails(
          target,
          systemd.service({ unit: "dies" }),
          /did not stay up[\s\S]*my last words/,
        );
      },
    );

    await t.step("a dead mirror fails, instead of passing with old lists", async () => {
      await target.run(
        "mv /etc/apt/sources.list /root/ && echo 'deb http://127.0.0.1:9 bookworm main' > /etc/apt/sources.list",
      );
      await fails(target, apt.update(), /exit code 100/);
      await target.run("mv /root/sources.list /etc/apt/");
    });

    await t.step("an apt that another holds is waited for", async () => {
      const held = await target.run(
        `nohup apt-get -qq -y -o DPkg::Pre-Invoke::='touch /srv/held; sleep 2; mv /srv/held /srv/released' install ed </dev/null >/dev/null 2>&1 &
        for i in $(seq 200); do [ -e /srv/held ] && exit 0; sleep 0.05; done; exit 1`,
      );
      assert.equal(held.code, 0);
      const one = apt.packages({ packages: ["netcat-openbsd"], cacheTime: 86_400 });
      await host(target).run("test", one);
      assert.notEqual(await host(target).fact(Path, "/srv/released"), null);
    });

    await t.step("an unknown package is named with its component", async () => {
      const machine = host(target);
      machine.enter("sandbox");
      await assert.rejects(
        machine.run("Install", apt.packages({ packages: ["no-such-package"] })),
        /sandbox: Install failed[\s\S]*no-such-package/,
      );
    });

    await t.step("a half-installed package counts as missing, and is put right", async () => {
      const { code, stderr } = await target.run(
        "cd /tmp && apt-get -qq update && apt-get -qq download hello && dpkg --unpack hello_*.deb",
      );
      assert.equal(code, 0, stderr);
      assert.equal("hello" in await host(target).fact(DebPackages, null), false);
      await settle(target, apt.packages({ packages: ["hello"] }));
    });

    await t.step(
      "a kernel parameter that cannot be set here is left for the first boot",
      async () => {
        await settle(target, server.sysctl({ key: "vm.max_map_count", value: 262_145 }));
        assert.equal(
          await read("/etc/sysctl.d/60-vm.max_map_count.conf"),
          "vm.max_map_count = 262145\n",
        );
      },
    );

    await t.step(
      "a connection that breaks is made again, if the operation can be asked again",
      async () => {
        const breaks = (path: string, idempotent: boolean) =>
          operation("test.breaks", async function* (facts) {
            if (await facts.fact(Path, path) !== null) return;
            yield `touch ${path}; kill -KILL $(ps -o ppid= -p $PPID)`;
          }, { idempotent });
        await settle(target, breaks("/srv/once", true));
        await fails(target, breaks("/srv/twice", false), /Lost the connection/);
      },
    );

    await t.step(
      "an operation that changes something each time is named by the second pass",
      async () => {
        await assert.rejects(
          settle(target, files.file({ path: "/srv/touched", touch: true })),
          /not idempotent:\n {2}test \(files\.file\): touch \/srv\/touched/,
        );
      },
    );

    await t.step("a failing command's secrets are not repeated", async () => {
      const machine = new Host(target, {
        mode: "apply",
        booted: true,
        redact: redactor(["hunter2-hunter2"]),
      });
      const leaks = operation("test.leaks", async function* () {
        yield { shell: "cat >&2; exit 1", stdin: "hunter2-hunter2" };
      });
      await assert.rejects(machine.run("leak", leaks), (error) => {
        assert.doesNotMatch(String(error), /hunter2/);
        return true;
      });
    });

    await t.step("a port that is taken is named with who wants it", () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      assert.throws(
        () => requireFreePorts(new Map([[listener.addr.port, "vault"]])),
        /of component vault is taken/,
      );
      requireFreePorts(new Map([[freePort(), "vault"]]));
    });

    await target.close();
    await machine.stop();
    await t.step("in a chroot a unit is enabled, and started at the first boot", async () => {
      const chroot = new ChrootTarget(root);
      await settle(chroot, systemd.service({ unit: "ssh", enabled: true }));
      await settle(chroot, systemd.service({ unit: "systemd-networkd", enabled: false }));
      await settle(chroot, files.put({ dest: "/srv/chroot", content: quote("it's") }));
    });

    await t.step("a secret in the image is found before it is published", async () => {
      const component = defineComponent({
        name: "leaky",
        settings: z.strictObject({ token: secret() }),
        steps: () => Promise.resolve(),
      });
      const configured = compose([component()], { env: () => "hunter2-hunter2" });
      await refuseSecrets(workspace.folder, configured, root);
      await Deno.writeTextFile(`${root}/srv/oops`, "token=hunter2-hunter2\n");
      await assert.rejects(refuseSecrets(workspace.folder, configured, root), (error) => {
        assert.match(String(error), /A secret setting is in the image: .*\/srv\/oops/);
        assert.doesNotMatch(String(error), /hunter2/);
        return true;
      });
    });
  } finally {
    await target.close();
    await janitor[Symbol.asyncDispose]();
    assert.deepEqual(await processesIn(folder), []);
    await Deno.remove(folder, { recursive: true });
  }
}, { sanitizeResources: false, sanitizeOps: false });
