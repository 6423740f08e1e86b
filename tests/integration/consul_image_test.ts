import assert from "node:assert/strict";
import { openWorkspace } from "lib/images/build.ts";
import { Janitor } from "lib/images/janitor.ts";
import { Manifest } from "lib/images/manifest.ts";
import { bootContainer } from "lib/images/nspawn.ts";
import { freePort } from "lib/images/port.ts";
import { SshTarget } from "lib/images/ssh.ts";
import { task as buildImage } from "tasks/build_image.ts";
import { task as testImage } from "tasks/test_image.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import {
  machineTest,
  processesIn,
  serveReleases,
  shellOn,
  zipProgram,
} from "tests/support/machines.ts";
import { makeNetwork } from "tests/support/network.ts";

machineTest(
  ["packer", "packer-plugin-amazon", "consul"],
  "three machines of the consul image, told of each other at first boot, elect a leader",
  async ({ consul }, t) => {
    const folder = await Deno.makeTempDir({ prefix: "consul-image-" });
    const { path, sha256 } = await zipProgram(consul.path, "consul", folder);
    await using server = serveReleases({ "consul.zip": path });
    const [http, dns] = [freePort(), freePort()];
    const settings = [
      `consul.url=${server.url}/consul.zip`,
      `consul.sha256=${sha256}`,
      `consul.httpPort=${http}`,
      `consul.dnsPort=${dns}`,
    ].flatMap((word) => ["--set", word]);
    const io = () => fakeIo({ env: Deno.env.toObject() });
    try {
      let artifact = "";
      await t.step("the image is built, and one machine of it passes every check", async () => {
        const words = ["consul", "--json", "--out", folder, ...settings];
        const built = await runWith(buildImage, words, io());
        assert.equal(built.code, 0, built.stderr);
        const manifest = Manifest.parse(JSON.parse(built.stdout));
        artifact = `${folder}/consul/${manifest.build}.rootfs`;
        const tested = await runWith(testImage, ["consul", "--out", folder, ...settings], io());
        assert.equal(tested.code, 0, tested.stderr);
        assert.match(tested.stderr, /passed http:\/\/127\.0\.0\.1:\d+\/v1\/agent\/self answers/);
      });

      await t.step("three of them elect a leader", async () => {
        await using network = await makeNetwork(3);
        await using janitor = new Janitor();
        const workspace = await openWorkspace(folder, janitor);
        const targets = await Promise.all(network.machines.map(async (one) => {
          const options = { janitor, folder: workspace.folder, volatile: true, network: one };
          const machine = await bootContainer(`${artifact}/rootfs`, workspace.key, options);
          return new SshTarget(machine.address);
        }));
        try {
          const site = JSON.stringify({
            retry_join: network.machines.map(({ address }) => `${address}:8301`),
            retry_interval: "1s",
            encrypt: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
          });
          const join = `echo '${site}' > /etc/consul/10-site.json && systemctl restart consul`;
          await Promise.all(targets.map((target) => shellOn(target, join)));
          const peers = await shellOn(
            targets[0],
            `for i in $(seq 120); do peers=$(curl -s 127.0.0.1:${http}/v1/status/peers); leader=$(curl -s 127.0.0.1:${http}/v1/status/leader); [ $(echo $peers | jq length) = 3 ] && [ "$leader" != '""' ] && break; sleep 0.5; done; echo $peers`,
          );
          const expected = network.machines.map(({ address }) => `${address}:8300`);
          assert.deepEqual(JSON.parse(peers).sort(), expected);
          const ids = await Promise.all(
            targets.map((target) => shellOn(target, "cat /var/lib/consul/node-id")),
          );
          assert.equal(new Set(ids).size, 3);
        } finally {
          for (const target of targets) await target.close();
        }
      });
      assert.deepEqual(await processesIn(folder), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeResources: false, sanitizeOps: false },
);
