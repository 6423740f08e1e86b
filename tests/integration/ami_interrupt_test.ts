import assert from "node:assert/strict";
import { freePort } from "lib/images/port.ts";
import { REPOSITORY } from "lib/images/prepare.ts";
import { machineTest, processesIn } from "tests/support/machines.ts";
import { startMoto } from "tests/support/moto.ts";

const values = (xml: string, tag: string) =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value]) => value);

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  machineTest(
    ["packer", "packer-plugin-amazon"],
    `an AMI's build that gets ${signal} leaves no instance and no security group in the cloud`,
    async () => {
      const folder = await Deno.makeTempDir({ prefix: "ami-interrupt-" });
      await Deno.mkdir(`${folder}/out`);
      const asked = Promise.withResolvers<void>();
      // A release that never comes: the build is in the middle of its provisioning.
      await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
        asked.resolve();
        return new Response(new ReadableStream());
      });
      await using moto = await startMoto({
        id: "ami-0deb1a12",
        name: "debian-12-amd64-20261101-1",
        owner: "136693071363",
      });
      const running = async () =>
        values(await moto.ec2("DescribeInstances"), "name").filter((state) => state === "running");
      const groups = async () => values(await moto.ec2("DescribeSecurityGroups"), "groupName");
      const before = await groups();
      try {
        const child = new Deno.Command(Deno.execPath(), {
          args: [
            ...["run", "-A", "--quiet", `${REPOSITORY}/tasks/build_image.ts`, "vault"],
            ...["--target", "ami", "--ec2-endpoint", moto.url, "--out", `${folder}/out`],
            ...["--set", `vault.url=http://127.0.0.1:${server.addr.port}/vault.zip`],
            ...["--set", `vault.sha256=${"0".repeat(64)}`, "--set", `vault.port=${freePort()}`],
          ],
          cwd: REPOSITORY,
          stdin: "null",
          stdout: "null",
          stderr: "piped",
        }).spawn();
        const output = child.output();
        await Promise.race([asked.promise, output]);
        assert.equal((await running()).length, 1);
        child.kill(signal);
        const { stderr } = await output;
        if (signal === "SIGINT") {
          const said = new TextDecoder().decode(stderr);
          assert.match(said, /interrupted: Packer takes its instance and security group down/);
        }
        for (let left = 300; (await processesIn(folder)).length > 0; left--) {
          assert.ok(left > 0, "processes are left after 30 s");
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        assert.deepEqual(await running(), []);
        assert.deepEqual(await groups(), before);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
    { sanitizeResources: false, sanitizeOps: false },
  );
}
