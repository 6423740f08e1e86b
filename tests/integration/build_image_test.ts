import assert from "node:assert/strict";
import { sha256 } from "lib/schema/digest.ts";
import { Manifest } from "lib/images/manifest.ts";
import { freePort } from "lib/images/port.ts";
import { task as buildImage } from "tasks/build_image.ts";
import { task as testImage } from "tasks/test_image.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { machineTest, processesIn, serveReleases, zipProgram } from "tests/support/machines.ts";

machineTest(
  ["packer", "packer-plugin-amazon", "bao"],
  "build-image vault makes a root that a container boots, with a server that answers",
  async ({ bao }, t) => {
    const folder = await Deno.makeTempDir({ prefix: "build-image-" });
    const release = await zipProgram(bao.path, "vault", folder);
    await using server = serveReleases({ "vault.zip": release.path });
    const port = freePort();
    const settings = [
      ["--set", `vault.url=${server.url}/vault.zip`],
      ["--set", `vault.sha256=${release.sha256}`],
      ["--set", `vault.port=${port}`],
      // What Packer would render as its own.
      ["--set", 'baseline.timeServers=["{{ ntp }}"]'],
      ["--out", folder],
    ].flat();
    const io = () => fakeIo({ env: Deno.env.toObject() });
    let artifact = "";
    try {
      await t.step("a plan shows every operation and changes nothing", async () => {
        const { code, stdout } = await runWith(buildImage, ["vault", "--plan", ...settings], io());
        assert.equal(code, 3, stdout);
        assert.match(stdout, /vault: Write 00-vault\.json/);
        assert.match(stdout, new RegExp(`\\+.*127\\.0\\.0\\.1:${port}`));
        assert.equal(server.requests.size, 0);
      });

      await t.step("a build records what it made", async () => {
        const result = await runWith(buildImage, ["vault", "--json", ...settings], io());
        assert.equal(result.code, 0, result.stderr);
        assert.match(result.stderr, /a second pass did nothing/);
        const manifest = Manifest.parse(JSON.parse(result.stdout));
        assert.equal(manifest.target, "rootfs");
        assert.equal(manifest.components.vault.sha256, release.sha256);
        artifact = `${folder}/vault/${manifest.build}.rootfs`;
        const sbom = JSON.parse(await Deno.readTextFile(`${artifact}/sbom.json`));
        const names = sbom.components.map((component: { name: string }) => component.name);
        assert.ok(names.includes("vault") && names.includes("openssh-server"), names.join());
      });

      await t.step("nothing of the build is left in the artifact or on the machine", async () => {
        const root = `${artifact}/rootfs`;
        const time = await Deno.readTextFile(
          `${root}/etc/systemd/timesyncd.conf.d/10-servers.conf`,
        );
        assert.match(time, /^NTP=\{\{ ntp \}\}$/m);
        const removed = [
          "root/.ssh/authorized_keys",
          "etc/ssh/ssh_host_ed25519_key",
          "etc/resolv.conf",
        ];
        for (const path of removed) {
          await assert.rejects(Deno.lstat(`${root}/${path}`), Deno.errors.NotFound, path);
        }
        assert.equal(await Deno.readTextFile(`${root}/etc/machine-id`), "");
        assert.deepEqual(await Array.fromAsync(Deno.readDir(`${root}/var/lib/vault`)), []);
        const names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
        assert.deepEqual(names.filter((name) => name.startsWith(".build-")), []);
        assert.deepEqual(await processesIn(folder), []);
      });

      await t.step("two machines of it come up, differ, and pass every check", async () => {
        const words = ["vault", "--clones", "2", ...settings];
        const { code, stderr, stdout } = await runWith(testImage, words, io());
        assert.equal(code, 0, stderr);
        assert.match(stderr, /passed http:\/\/127\.0\.0\.1:\d+\/v1\/sys\/health answers/);
        assert.match(stderr, /passed two machines of this image share neither/);
        assert.match(stdout, /\d+ checks passed/);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeResources: false, sanitizeOps: false },
);

machineTest(
  ["packer", "packer-plugin-amazon", "bao"],
  "build-image vault --target qcow2 makes a disk that boots and passes every check",
  async ({ bao }) => {
    const folder = await Deno.makeTempDir({ prefix: "build-disk-" });
    const release = await zipProgram(bao.path, "vault", folder);
    await using server = serveReleases({ "vault.zip": release.path });
    try {
      const { code, stdout, stderr } = await runWith(buildImage, [
        ...["vault", "--target", "qcow2", "--json", "--out", folder],
        ...["--set", `vault.url=${server.url}/vault.zip`],
        ...["--set", `vault.sha256=${release.sha256}`],
        ...["--set", `vault.port=${freePort()}`],
      ], fakeIo({ env: Deno.env.toObject() }));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /passed the machine came up with no failed unit/);
      assert.match(stderr, /passed http:.*\/v1\/sys\/health answers/);
      const manifest = Manifest.parse(JSON.parse(stdout));
      const disk = `${folder}/vault/${manifest.build}.qcow2/disk.qcow2`;
      assert.equal(await sha256(await Deno.readFile(disk)), manifest.digest);
      assert.deepEqual(await processesIn(folder), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeResources: false, sanitizeOps: false },
);
